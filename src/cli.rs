//! The arguments.

use std::path::PathBuf;

use clap::{ArgAction, ArgMatches, Args, FromArgMatches, Parser, Subcommand, ValueEnum};
use contract_lint_lints::lint::{Level, Severity};

use crate::config::Profile;

/// Finds security defects in compiled WebAssembly smart contracts.
#[derive(Debug, Parser)]
#[command(
    name = "contract-lint",
    version,
    args_conflicts_with_subcommands = true,
    subcommand_precedence_over_arg = true,
    after_help = "Exit status: 0 nothing at or above the bar, 1 findings at or above it, 2 the job was not done."
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Option<Command>,
    #[command(flatten)]
    pub(crate) check: CheckArgs,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub(crate) color: Color,
    /// Print findings and errors only
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse contracts (what happens without a command)
    Check(CheckArgs),
    /// Take down what is found now, so that only new findings are reported
    Baseline(BaselineArgs),
    /// Show what the analysis sees of a contract
    Show(ShowArgs),
    /// Explain a lint: what it finds, why that is bad, what to do instead
    Explain {
        /// The name of the lint
        lint: String,
    },
    /// Write a configuration for the contracts at hand, with what looks like personal data
    Init(InitArgs),
    /// Report how the contracts stand by the domains of security standards
    Report(ReportArgs),
    /// List all lints
    List {
        /// As JSON
        #[arg(long)]
        json: bool,
    },
    /// Print what makes a shell complete the arguments
    Completions {
        /// The shell
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// Contracts: files, folders, patterns, or `-` for standard input; by default, what a build left under this folder
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    #[command(flatten)]
    pub(crate) suppressions: SuppressionArgs,
    /// Fail on findings of this severity instead of those whose lint is denied
    #[arg(long, value_enum, default_value_t, value_name = "BAR")]
    pub(crate) fail_on: FailOn,
    /// The form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: Format,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// How many threads to use [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
    /// The module with the debug information of the contract [default: `NAME.wasm.debug`, `NAME.debug.wasm` or
    /// `NAME-dbg.wasm` beside it]
    #[arg(long, value_name = "FILE")]
    pub(crate) debug_file: Option<PathBuf>,
    /// Go on, and analyse again whenever a contract changes
    #[arg(long, conflicts_with = "output")]
    pub(crate) watch: bool,
}

/// What is found and not reported.
#[derive(Debug, Args)]
pub(crate) struct SuppressionArgs {
    /// Known findings [default: the nearest `contract-lint-baseline.toml` in the folder of the first contract or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_baseline")]
    pub(crate) baseline: Option<PathBuf>,
    /// Report known findings, too
    #[arg(long)]
    pub(crate) no_baseline: bool,
    /// Report everything: what `[[allow]]`, comments in the source and the baseline hide
    #[arg(long)]
    pub(crate) no_suppressions: bool,
}

#[derive(Debug, Args)]
pub(crate) struct BaselineArgs {
    /// Contracts, as for `check`
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The file [default: the one that `check` would use, else `contract-lint-baseline.toml` in this folder]
    #[arg(long, value_name = "FILE")]
    pub(crate) file: Option<PathBuf>,
    /// Only take out what is gone
    #[arg(long)]
    pub(crate) prune: bool,
    /// How many threads to use [default: as many as there are processors]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub(crate) threads: Option<u16>,
}

#[derive(Debug, Args)]
pub(crate) struct InitArgs {
    /// Contracts, as for `check`
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    /// The zone in which the contracts will run
    #[arg(long, value_name = "ZONE", default_value = "mainnet")]
    pub(crate) target: String,
    /// Where to write; `-` for standard output
    #[arg(short, long, value_name = "FILE", default_value = "contract-lint.toml")]
    pub(crate) output: PathBuf,
    /// Replace the file if it is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Print the JSON schema of the configuration instead, for editors
    #[arg(long, conflicts_with_all = ["paths", "force"])]
    pub(crate) schema: bool,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// By the domains of security standards for distributed ledgers
    #[arg(long, required = true)]
    pub(crate) compliance: bool,
    /// Contracts, as for `check`
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,
    #[command(flatten)]
    pub(crate) config: ConfigArgs,
    /// The form of the report
    #[arg(long, value_enum, default_value_t)]
    pub(crate) format: DocumentFormat,
    /// Write the report to a file
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
}

/// The form of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum DocumentFormat {
    /// Markdown
    #[default]
    Markdown,
    /// A web page that needs nothing else
    Html,
    /// JSON
    Json,
}

#[derive(Debug, Args)]
pub(crate) struct ShowArgs {
    /// What to show
    #[arg(value_enum)]
    pub(crate) what: ShowWhat,
    /// The contract
    pub(crate) file: PathBuf,
    /// One function only: its export, name or index; for `effects` one method
    #[arg(long, value_name = "F")]
    pub(crate) function: Option<String>,
    /// As DOT, the language of Graphviz (`cfg` and `calls`)
    #[arg(long)]
    pub(crate) dot: bool,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
}

/// A stage of the analysis.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ShowWhat {
    /// Imports, exports, sections, sizes
    Module,
    /// The disassembly on which findings are shown
    Listing,
    /// The functions in the form that is analysed
    Ir,
    /// The control flow of a function
    Cfg,
    /// Who calls whom
    Calls,
    /// What each method does to the world, in what order, under which conditions
    Effects,
}

/// What changes the configuration.
#[derive(Debug, Args)]
pub(crate) struct ConfigArgs {
    /// The configuration [default: the nearest `contract-lint.toml` in the folder of each contract or above it]
    #[arg(long, value_name = "FILE", conflicts_with = "no_config")]
    pub(crate) config: Option<PathBuf>,
    /// Read no configuration
    #[arg(long)]
    pub(crate) no_config: bool,
    /// The zone in which the contracts will run, such as `mainnet` or `sidechain`
    #[arg(long, value_name = "ZONE")]
    pub(crate) target: Option<String>,
    /// How much to show
    #[arg(long, value_enum, default_value_t, value_name = "PROFILE")]
    pub(crate) profile: Profile,
    #[command(flatten)]
    pub(crate) analysis: AnalysisArgs,
    #[command(flatten)]
    pub(crate) levels: LevelFlags,
}

/// What the analysis is told about the host.
#[derive(Debug, Args)]
pub(crate) struct AnalysisArgs {
    /// The platform of the contracts, by its id, where it should not be found out
    #[arg(long, value_name = "ID")]
    pub(crate) platform: Option<String>,
    /// A file that describes a host; may be given several times
    #[arg(long, value_name = "FILE")]
    pub(crate) host: Vec<PathBuf>,
}

/// The form of the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Format {
    /// For people: the code, what happens in it, why, and what to do
    #[default]
    Human,
    /// One line for each finding
    Concise,
    /// For other tools, in a form that stays
    Json,
    /// SARIF 2.1.0, for editors and code scanning
    Sarif,
}

/// When to use colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum Color {
    /// In a terminal, unless `NO_COLOR` is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// What makes the exit status 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub(crate) enum FailOn {
    /// Findings of lints whose level is `deny`
    #[default]
    Deny,
    /// Every finding
    Info,
    /// Findings of low severity or worse
    Low,
    /// Findings of medium severity or worse
    Medium,
    /// Findings of high severity or worse
    High,
    /// Critical findings
    Critical,
    /// Nothing
    Never,
}

impl FailOn {
    /// Whether a finding makes the run fail.
    pub(crate) fn includes(self, level: Level, severity: Severity) -> bool {
        match self {
            FailOn::Deny => level == Level::Deny,
            FailOn::Info => true,
            FailOn::Low => severity >= Severity::Low,
            FailOn::Medium => severity >= Severity::Medium,
            FailOn::High => severity >= Severity::High,
            FailOn::Critical => severity >= Severity::Critical,
            FailOn::Never => false,
        }
    }
}

/// `-A`, `-W` and `-D` in the order in which they were given: of two that concern the same lint, the later counts.
#[derive(Debug, Clone, Default)]
pub(crate) struct LevelFlags(pub(crate) Vec<(Level, String)>);

const LEVELS: [(&str, char, Level, &str); 3] = [
    (
        "allow",
        'A',
        Level::Allow,
        "Do not show findings of a lint or group",
    ),
    (
        "warn",
        'W',
        Level::Warn,
        "Show findings of a lint or group as warnings",
    ),
    (
        "deny",
        'D',
        Level::Deny,
        "Show findings of a lint or group as errors",
    ),
];

impl Args for LevelFlags {
    fn augment_args(mut command: clap::Command) -> clap::Command {
        for (long, short, _, help) in LEVELS {
            command = command.arg(
                clap::Arg::new(long)
                    .long(long)
                    .short(short)
                    .help(help)
                    .value_name("LINT|GROUP")
                    .action(ArgAction::Append),
            );
        }
        command
    }

    fn augment_args_for_update(command: clap::Command) -> clap::Command {
        Self::augment_args(command)
    }
}

impl FromArgMatches for LevelFlags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let mut flags = Vec::new();
        for (long, _, level, _) in LEVELS {
            let indices = matches.indices_of(long).into_iter().flatten();
            let names = matches.get_many::<String>(long).into_iter().flatten();
            flags.extend(indices.zip(names).map(|(index, name)| (index, level, name)));
        }
        flags.sort_by_key(|(index, ..)| *index);
        let flags = flags
            .into_iter()
            .map(|(_, level, name)| (level, name.clone()))
            .collect();
        Ok(Self(flags))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    fn parse(arguments: &[&str]) -> Result<Cli, clap::Error> {
        Cli::try_parse_from(arguments)
    }

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn levels_keep_their_order() {
        let cli = parse(&[
            "contract-lint",
            "-D",
            "a",
            "-A",
            "b",
            "--deny",
            "b",
            "x.wasm",
        ])
        .unwrap();
        assert_eq!(
            cli.check.config.levels.0,
            [
                (Level::Deny, "a".to_owned()),
                (Level::Allow, "b".to_owned()),
                (Level::Deny, "b".to_owned()),
            ]
        );
    }

    #[test]
    fn a_command_may_be_named_or_left_out() {
        let named = parse(&["contract-lint", "check", "x.wasm"]).unwrap();
        assert!(matches!(named.command, Some(Command::Check(args)) if args.paths.len() == 1));
        let bare = parse(&["contract-lint", "x.wasm"]).unwrap();
        assert!(bare.command.is_none());
        assert!(parse(&["contract-lint", "--color", "never", "list"]).is_ok());
    }
}
