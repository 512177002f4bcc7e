//! What the program does, seen from outside.

mod apache;
mod batch_goldens;
mod check;
mod clients;
mod command_line;
mod event_time;
mod floods;
mod globs;
mod graph;
mod guide;
mod inputs;
mod long_files;
mod main_job;
mod outputs;
mod peers;
mod program;
mod progress;
mod query;
mod sampled;
mod schema;
mod set_back;
mod signals;
mod soak;
mod tmux;
mod view;
mod wrong_lines;
