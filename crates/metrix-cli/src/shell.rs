//! What shells and `man` are told of the command line: `metrix completions` and `metrix man`.

use std::io;

use clap::{Command, CommandFactory};
use clap_complete::Shell;
use clap_mangen::Man;

use crate::args::Args;
use crate::exit::Exit;
use crate::stdout::{print, say};

/// Prints the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Exit {
    print(script(shell).as_bytes())
}

fn script(shell: Shell) -> String {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "metrix", &mut script);
    String::from_utf8_lossy(&script).into_owned()
}

/// Prints the manual page.
pub(crate) fn man() -> Exit {
    let mut command = Args::command().disable_help_subcommand(true);
    command.build();
    match page(&command) {
        Ok(page) => print(page.as_bytes()),
        Err(error) => {
            say(format_args!("the manual page can't be made: {error}"));
            Exit::Failed
        }
    }
}

/// One page for the program with all of its commands, which have no pages of their own.
fn page(command: &Command) -> io::Result<String> {
    let man = Man::new(command.clone());
    let mut page = text(|page| {
        man.render_title(page)?;
        man.render_name_section(page)?;
        man.render_synopsis_section(page)?;
        man.render_description_section(page)
    })?;
    for command in command.get_subcommands() {
        let man = Man::new(command.clone());
        let sections = text(|page| {
            man.render_synopsis_section(page)?;
            man.render_description_section(page)?;
            man.render_options_section(page)
        })?;
        page.push_str(&format!(".SH \"METRIX {}\"\n", command.get_name().to_uppercase()));
        // What are sections of a page of its own are paragraphs here.
        for line in sections.lines() {
            page.push_str(if line.starts_with(".SH") { ".PP" } else { line });
            page.push('\n');
        }
    }
    Ok(page)
}

fn text(render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> io::Result<String> {
    let mut bytes = Vec::new();
    render(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

#[cfg(test)]
mod tests {
    use clap::ValueEnum;

    use super::*;

    /// The names of all commands and long flags.
    fn names() -> Vec<String> {
        let mut command = Args::command();
        command.build();
        let commands = command.get_subcommands().filter(|command| command.get_name() != "help");
        let names = commands.flat_map(|command| {
            let flags = command.get_arguments().filter_map(|arg| arg.get_long().map(str::to_owned));
            [command.get_name().to_owned()].into_iter().chain(flags)
        });
        names.collect()
    }

    #[test]
    fn the_page_has_every_command_and_flag() {
        let mut command = Args::command().disable_help_subcommand(true);
        command.build();
        let page = page(&command).unwrap().replace("\\-", "-");
        for command in command.get_subcommands() {
            assert!(page.contains(&format!(".SH \"METRIX {}\"\n", command.get_name().to_uppercase())), "{page}");
            for arg in command.get_arguments() {
                let name = arg
                    .get_long()
                    .map_or_else(|| arg.get_value_names().unwrap()[0].to_string(), |long| format!("--{long}"));
                assert!(page.contains(&name), "{name}");
                let help = arg.get_help().filter(|_| name != "--help").map(ToString::to_string).unwrap_or_default();
                assert!(page.replace("\\*(Aq", "'").contains(&help), "{help}");
            }
        }
    }

    #[test]
    fn completions_have_every_command_and_flag() {
        assert!(names().len() > 20);
        for shell in Shell::value_variants() {
            let script = script(*shell);
            for name in names() {
                assert!(script.contains(&name), "{shell}: {name}");
            }
        }
    }
}
