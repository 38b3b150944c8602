//! `usher demo`: the main job on the built-in simulator. It starts this very program for each step, as a person would
//! type it, so that nothing but the addresses differs from a real run.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::Context;
use tokio::process::Command;
use usher_simulator::{Options, Organisation, Simulator};

use crate::arguments::DemoArguments;
use crate::exit::{ExitStatus, Failure};
use crate::style::{BOLD, DIM};

/// Shows a plan, applies it, lets things happen in Okta, syncs again.
pub(crate) async fn demo(arguments: &DemoArguments) -> Result<ExitStatus, Failure> {
    let options = Options {
        organisation: Organisation::human(),
        latency: Duration::from_millis(arguments.latency_ms),
        ..Options::default()
    };
    let simulator = Simulator::start(options).await?;
    let folder = tempfile::tempdir().context("cannot make a folder for the demo's configuration")?;
    let stage = Stage { simulator: &simulator, folder: folder.path() };
    stage.write_configuration()?;

    heading("A small organisation in Okta, an empty Identity Center");
    outln!(
        "The built-in simulator plays Okta, Identity Center and Parameter Store on this machine. The configuration:\n"
    );
    outln!("{DIM}{}{DIM:#}", indented(&stage.configuration()));

    heading("What would change");
    let plan = stage.usher(&["plan"]).await?;
    out!("{plan}");
    heading("Make it so");
    let sync = stage.usher(&["sync"]).await?;
    let (repeated, news) = after_the_same(&plan, &sync);
    outln!(
        "{DIM}({repeated} lines as above, to the letter: sync makes the plan anew, and it is the same){DIM:#}"
    );
    out!("{news}");
    heading("Again: nothing left to do");
    out!("{}", stage.usher(&["sync"]).await?);

    heading("A week passes in Okta");
    for event in Organisation::demo_events() {
        outln!("  · {}", event.words);
        simulator.change(event.happen)?;
    }
    heading("What that means for AWS");
    out!("{}", stage.usher(&["sync"]).await?);

    heading("What all of it cost");
    let requests = simulator.requests();
    outln!("  Okta              {:>4} requests", requests.okta_total());
    outln!("  Identity Center   {:>4} requests", requests.scim_total());
    outln!("  Parameter Store   {:>4} requests", requests.ssm_total());
    outln!("\nNext: write a usher.toml of your own and run `usher plan`; the README shows how.");
    simulator.stop().await;
    Ok(ExitStatus::Done)
}

struct Stage<'a> {
    simulator: &'a Simulator,
    folder: &'a Path,
}

impl Stage<'_> {
    fn configuration(&self) -> String {
        let addresses = self.simulator.addresses();
        format!(
            r#"[okta]
domain = "{okta}"
token = "ssm:okta_api_token"

[identity_center]
scim_endpoint = "{scim}"
token = "ssm:amz_sso_api_token"

[policy]
component = "builtin:rules"

# Every group but Okta's own comes along, under a name without the prefix "aws-".
[[policy.config.groups]]
name = "not-okta's-own"
when = 'group.origin == "built-in"'
then = "skip"

[[policy.config.groups]]
name = "aws-prefix"
when = 'group.name.startsWith("aws-")'
sync = 'group.name.substring(4)'

[[policy.config.groups]]
name = "all-others"
when = 'true'
sync = 'group.name'

# One person has no last name, and AWS wants one.
[policy.config.account]
"name.family" = 'has(user.lastName) ? user.lastName : user.firstName'
"#,
            okta = addresses.okta,
            scim = addresses.scim
        )
    }

    fn write_configuration(&self) -> anyhow::Result<()> {
        let path = self.folder.join("usher.toml");
        std::fs::write(&path, self.configuration()).context("cannot write the demo's configuration")
    }

    /// Runs this program in the demo's folder, with the simulator's Parameter Store in place of the real one, and gives back what it
    /// prints. What it says beside that goes where ours goes.
    async fn usher(&self, arguments: &[&str]) -> Result<String, Failure> {
        outln!("{BOLD}$ usher {}{BOLD:#}\n", arguments.join(" "));
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        let mut command = Command::new(program);
        if anstream::AutoStream::choice(&std::io::stdout()) != anstream::ColorChoice::Never {
            // Its own stdout is a pipe; ours shows colours.
            command.env("CLICOLOR_FORCE", "1");
        }
        let child = command
            .args(arguments)
            .current_dir(self.folder)
            .env("AWS_ENDPOINT_URL_SSM", &self.simulator.addresses().ssm)
            .env("AWS_REGION", "eu-west-1")
            .env("AWS_ACCESS_KEY_ID", "simulator")
            .env("AWS_SECRET_ACCESS_KEY", "simulator")
            .env_remove("AWS_PROFILE")
            .env_remove("AWS_SESSION_TOKEN")
            .env_remove("USHER_CONFIG")
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .context("cannot start the next step of the demo")?;
        let ended = child.wait_with_output().await.context("cannot read what the demo's step prints")?;
        let printed = String::from_utf8_lossy(&ended.stdout).into_owned();
        if !ended.status.success() {
            out!("{printed}");
            return Err(anyhow::anyhow!("`usher {}` ended with {}", arguments.join(" "), ended.status).into());
        }
        Ok(printed)
    }
}

/// How many lines a text begins with that another one began with too, and what comes after them.
fn after_the_same<'a>(before: &str, text: &'a str) -> (usize, &'a str) {
    let same = || {
        before.split_inclusive('\n').zip(text.split_inclusive('\n')).take_while(|(one, other)| one == other)
    };
    let length: usize = same().map(|(line, _)| line.len()).sum();
    (same().count(), &text[length..])
}

fn heading(text: &str) {
    outln!("\n{BOLD}── {text} ──{BOLD:#}\n");
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("    {line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stood_there_before_to_the_letter_is_left_out() {
        assert_eq!(after_the_same("a\nb\nwould do\n", "a\nb\ndone\na\n"), (2, "done\na\n"));
        assert_eq!(after_the_same("a\nb\n", "b\na\n"), (0, "b\na\n"));
        assert_eq!(after_the_same("a\n", "a\n"), (1, ""));
    }
}
