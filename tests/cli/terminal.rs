//! What a finding looks like in a terminal, platform by platform.

use crate::sandbox::Sandbox;

/// The report on one method of a contract of the corpus, of one lint.
fn shown(contract: &str, lint: &str, method: &str) -> String {
    let (_, name) = contract.split_once('/').unwrap();
    let module = format!("{name}.wasm");
    let output = Sandbox::of_corpus(contract).run(&["-A", "all", "-D", lint, &module]);
    let method = format!("method: `{method}`");
    let mut reports = output.stdout.split_inclusive("\n\n");
    let report = reports.find(|report| report.contains(&method));
    report
        .unwrap_or_else(|| panic!("{contract} {lint}: {}", output.all()))
        .trim_end()
        .to_owned()
}

#[test]
fn findings_of_each_platform() {
    let reports = [
        ("near/auction", "unprotected-privileged-write", "set_fee"),
        ("near/vault", "missing-subject-auth", "withdraw_from"),
        ("soroban/lending", "reinitializable", "initialize"),
        (
            "soroban/lending",
            "auth-on-attacker-supplied-subject",
            "set_rate",
        ),
        ("cosmwasm/vault", "sensitive-to-public-state", "cash_out"),
        ("ink/vault", "reentrancy-write-after-call", "withdraw"),
        ("stylus/vault", "missing-subject-auth", "withdrawFrom"),
        ("antelope/vault", "unprotected-code-upgrade", "upgrade"),
        ("multiversx/staking", "external-call-in-loop", "payAll"),
        ("multiversx/staking", "unprotected-value-outflow", "drain"),
        (
            "concordium/vault",
            "unprotected-privileged-write",
            "vault.set_owner",
        ),
        (
            "chainmaker/invoice",
            "plaintext-sensitive-parameter",
            "set_account",
        ),
    ]
    .map(|(contract, lint, method)| format!("{contract}\n\n{}\n", shown(contract, lint, method)));
    insta::assert_snapshot!(reports.join("\n"));
}
