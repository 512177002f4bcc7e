//! [`this`]: what the counts of this program depend on, beside its source.

use std::error::Error;
use std::process::Command;

/// The compiler and its target, and the vector instructions that libraries look for when they run.
pub(crate) fn this() -> Result<String, Box<dyn Error>> {
    let rustc = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let told = String::from_utf8(Command::new(rustc).arg("-vV").output()?.stdout)?;
    let of = |key: &str| told.lines().find_map(|line| line.strip_prefix(key)).map(str::trim);
    let (release, host) = of("release:").zip(of("host:")).ok_or_else(|| format!("rustc -vV says\n{told}"))?;
    Ok(format!("rustc {release}, {host}, {}", vectors()))
}

fn vectors() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    if std::arch::is_x86_feature_detected!("avx2") {
        return "AVX2";
    }
    "no AVX2"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_maker_names_compiler_and_target() {
        let maker = this().unwrap();
        assert!(maker.starts_with("rustc 1.") && maker.contains(std::env::consts::ARCH), "{maker}");
    }
}
