//! The compliance report as a web page that needs nothing else.

use std::fmt::Write;

use super::{Document, Section};
use crate::text::printable;

const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}\
table{border-collapse:collapse;width:100%}td,th{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}\
.remark{border-left:4px solid #c60;padding-left:.7rem}.critical,.high{color:#b00}";

pub(super) fn write(document: &Document<'_>) -> String {
    let mut text = String::from(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n<title>Compliance report</title>\n",
    );
    let _ = writeln!(
        text,
        "<style>{STYLE}</style>\n</head>\n<body>\n<h1>Compliance report</h1>\n<p>{}</p>",
        escaped(document.disclaimer)
    );
    text += "<h2>Contracts</h2>\n<table>\n<tr><th>contract</th><th>platform</th><th>SHA-256</th><th>methods</th><th>not complete</th><th>analysis</th></tr>\n";
    for contract in &document.contracts {
        let cells = [
            contract.path,
            contract.platform.unwrap_or("–"),
            contract.sha256.unwrap_or("–"),
            &contract.methods.to_string(),
            &contract.incomplete.to_string(),
            contract.status,
        ];
        row(&mut text, "", &cells);
    }
    text += "</table>\n";
    for section in &document.domains {
        write_section(section, &mut text);
    }
    text += "<h2>Sources</h2>\n<ul>\n";
    for quotation in &document.sources {
        let _ = writeln!(
            text,
            "<li>“{}” – {}</li>",
            escaped(quotation.text),
            escaped(quotation.source)
        );
    }
    text + "</ul>\n</body>\n</html>\n"
}

fn write_section(section: &Section<'_>, text: &mut String) {
    let _ = writeln!(
        text,
        "<h2>{}</h2>\n<p>{}</p>",
        escaped(section.title),
        escaped(section.scope)
    );
    if let Some(remark) = section.remark {
        let _ = writeln!(text, "<p class=\"remark\">{}</p>", escaped(remark));
    }
    text.push_str("<ul>\n");
    for heading in &section.headings {
        let _ = writeln!(
            text,
            "<li>{}: {}</li>",
            escaped(heading.standard),
            escaped(heading.chapters)
        );
    }
    let _ = writeln!(
        text,
        "<li>lints: {}</li>",
        escaped(&section.lints.join(", "))
    );
    let _ = writeln!(
        text,
        "<li>not assessable from bytecode: {}</li>\n</ul>",
        escaped(section.not_assessable)
    );
    if section.findings.is_empty() {
        text.push_str("<p>No findings.</p>\n");
        return;
    }
    text.push_str("<table>\n<tr><th>severity</th><th>lint</th><th>contract</th><th>method</th><th>finding</th></tr>\n");
    for found in &section.findings {
        row(
            text,
            found.severity,
            &[
                found.severity,
                found.lint,
                found.contract,
                found.method,
                found.message,
            ],
        );
    }
    text.push_str("</table>\n");
}

fn row(text: &mut String, class: &str, cells: &[&str]) {
    let _ = write!(text, "<tr class=\"{class}\">");
    for cell in cells {
        let _ = write!(text, "<td>{}</td>", quoted(cell));
    }
    text.push_str("</tr>\n");
}

/// What is quoted, as code.
fn quoted(text: &str) -> String {
    let text = escaped(text);
    if text.matches('`').count() % 2 == 1 {
        return text;
    }
    let code = |(i, part): (usize, &str)| match i % 2 {
        0 => part.to_owned(),
        _ => format!("<code>{part}</code>"),
    };
    text.split('`').enumerate().map(code).collect()
}

fn escaped(text: &str) -> String {
    printable(text)
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
}
