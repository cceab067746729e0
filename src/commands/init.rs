//! `contract-lint init`: a configuration for the contracts at hand.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use contract_lint_analyzer::module::decode;
use contract_lint_analyzer::{Options, analyze};
use contract_lint_lints::personal_information::undeclared_personal_data::suggestions;
use contract_lint_lints::policy::Policy;

use super::check::targets;
use crate::cli::InitArgs;
use crate::config::options;
use crate::console::Console;
use crate::text::count;
use crate::{CLEAN, input, report, suggest};

/// What was seen of the contracts.
#[derive(Default)]
struct Seen {
    platforms: BTreeSet<String>,
    /// Class by selector, with the contract in which it was seen.
    sources: BTreeMap<String, (String, String)>,
}

/// The form of the file, for editors.
const SCHEMA: &str = include_str!("../../schemas/config.json");

/// Writes the file and gives the exit status.
pub(super) fn run(args: &InitArgs, console: &Console) -> anyhow::Result<u8> {
    if args.schema {
        super::print(SCHEMA.as_bytes())?;
        return Ok(CLEAN);
    }
    let zones = Policy::default().zones;
    if zones.rank(&args.target).is_none() {
        let known = zones.order.iter().map(String::as_str);
        anyhow::bail!(
            "`--target`: {}",
            suggest::unknown("zone", &args.target, known)
        );
    }
    let to_output = args.output == Path::new("-");
    if !to_output && !args.force && args.output.exists() {
        anyhow::bail!(
            "`{}` is there already\nhelp: `--force` replaces it, `--output -` shows what would be written",
            args.output.display()
        );
    }
    let mut seen = Seen::default();
    for target in &targets(&args.paths, console)? {
        match input::read(target) {
            Ok(contract) => seen.look_at(&target.name, contract, &options(&args.analysis)?),
            Err(error) => console.input_error(&target.name, &error),
        }
    }
    let text = seen.configuration(&args.target);
    if to_output {
        super::print(text.as_bytes())?;
    } else {
        report::write_file(&args.output, text.as_bytes())?;
        console.note(&format!(
            "wrote `{}`: {} to look through",
            args.output.display(),
            count(seen.sources.len(), "source")
        ));
    }
    Ok(CLEAN)
}

impl Seen {
    fn look_at(&mut self, name: &str, contract: input::Contract, options: &Options) {
        let Ok(module) = decode(contract.module) else {
            return;
        };
        let options = Options {
            sidecars: contract.sidecars,
            ..options.clone()
        };
        let facts = analyze(module, &options);
        self.platforms.insert(facts.recognition.platform.clone());
        for suggestion in suggestions(&facts, &Policy::default()) {
            self.sources
                .entry(suggestion.selector())
                .or_insert((suggestion.class.id, name.to_owned()));
        }
    }

    fn configuration(&self, zone: &str) -> String {
        let mut text = String::from("version = 1\n\n[target]\n");
        if let (Some(platform), 1) = (self.platforms.first(), self.platforms.len()) {
            let _ = writeln!(text, "platform = {}", quoted(platform));
        }
        let _ = writeln!(
            text,
            "zone = {} # where the contract will run",
            quoted(zone)
        );
        if self.sources.is_empty() {
            text += "\n# No parameter is called as if it held personal data. What is sensitive all the same is declared like this:\n";
            text += "#\n# [[source]]\n# select = \"param:METHOD.PARAMETER\"\n# class = \"biz.sensitive\"\n";
            return text;
        }
        text += "\n# These parameters are called as if they held personal data. Take out what does not, and say\n";
        text += "# `as = \"commitment\"` or `as = \"ciphertext\"` of what does not come in the clear.\n";
        for (selector, (class, contract)) in &self.sources {
            let _ = write!(
                text,
                "\n[[source]] # in {}\nselect = {}\nclass = {}\n",
                crate::text::printable(contract),
                quoted(selector),
                quoted(class)
            );
        }
        text
    }
}

fn quoted(text: &str) -> String {
    toml::Value::from(text).to_string()
}
