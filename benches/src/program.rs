//! The program `metrix` on large files, and what a user would take instead.

pub mod answer;
pub mod cpu;
pub mod input;
pub mod made;
pub mod memory;
pub mod tool;
