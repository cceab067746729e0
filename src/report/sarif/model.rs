//! The part of SARIF 2.1.0 that is written. Property names are those of the standard.

use std::collections::BTreeMap;

use serde::Serialize;

/// What the standard has no place for.
pub(super) type Properties = BTreeMap<&'static str, serde_json::Value>;

/// Leaves out what is empty: the schema wants no nulls.
macro_rules! sarif {
    ($($(#[$doc:meta])* $name:ident { $($field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            $(
                #[serde(skip_serializing_if = "Empty::is_empty")]
                pub(super) $field: $type,
            )*
        }

        impl Empty for $name {}
    )*};
}

/// Whether there is anything to write.
trait Empty {
    fn is_empty(&self) -> bool {
        false
    }
}

impl<T> Empty for Option<T> {
    fn is_empty(&self) -> bool {
        self.is_none()
    }
}

/// A list that is empty is left out; [`Always`] is not.
impl<T> Empty for Vec<T> {
    fn is_empty(&self) -> bool {
        self.as_slice().is_empty()
    }
}

impl<K, V> Empty for BTreeMap<K, V> {
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// A list that is written even if it is empty: without results the standard takes a run for one that did not happen.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(super) struct Always<T>(pub(super) Vec<T>);

impl<T> Empty for Always<T> {}
impl Empty for &str {}
impl Empty for String {}
impl Empty for bool {}
impl Empty for u64 {}
impl Empty for usize {}
impl Empty for f64 {}

sarif! {
    /// `runs[]`
    Run {
        tool: Tool,
        automation_details: AutomationDetails,
        column_kind: &'static str,
        invocations: Vec<Invocation>,
        artifacts: Vec<Artifact>,
        results: Always<ResultObject>,
    }
    /// `tool`
    Tool {
        driver: Driver,
    }
    /// `tool.driver`
    Driver {
        name: &'static str,
        full_name: String,
        version: &'static str,
        semantic_version: &'static str,
        information_uri: Option<&'static str>,
        rules: Always<Descriptor>,
        notifications: Vec<Descriptor>,
    }
    /// `reportingDescriptor`
    Descriptor {
        id: &'static str,
        name: Option<String>,
        short_description: Text,
        full_description: Text,
        help: Text,
        default_configuration: Option<Configuration>,
        properties: Properties,
    }
    /// `reportingConfiguration`
    Configuration {
        level: &'static str,
        enabled: bool,
    }
    /// `runAutomationDetails`
    AutomationDetails {
        id: &'static str,
    }
    /// `invocation`
    Invocation {
        execution_successful: bool,
        tool_execution_notifications: Vec<Notification>,
    }
    /// `notification`
    Notification {
        descriptor: DescriptorReference,
        level: &'static str,
        message: Text,
        locations: Vec<Location>,
    }
    /// `reportingDescriptorReference`
    DescriptorReference {
        id: &'static str,
        index: usize,
    }
    /// `artifact`
    Artifact {
        location: ArtifactLocation,
        length: Option<usize>,
        mime_type: Option<&'static str>,
        roles: Vec<&'static str>,
        hashes: BTreeMap<&'static str, String>,
        contents: Option<Content>,
    }
    /// `artifactContent`
    Content {
        text: String,
    }
    /// `artifactLocation`
    ArtifactLocation {
        uri: String,
        index: Option<usize>,
    }
    /// `result`
    ResultObject {
        rule_id: &'static str,
        rule_index: usize,
        level: &'static str,
        rank: f64,
        message: Text,
        locations: Vec<Location>,
        related_locations: Vec<Location>,
        code_flows: Vec<CodeFlow>,
        partial_fingerprints: BTreeMap<&'static str, String>,
        properties: Properties,
    }
    /// `message`, `multiformatMessageString`
    Text {
        text: String,
        markdown: Option<String>,
    }
    /// `location`
    Location {
        id: Option<usize>,
        physical_location: Option<PhysicalLocation>,
        logical_locations: Vec<LogicalLocation>,
        message: Option<Text>,
    }
    /// `physicalLocation`
    PhysicalLocation {
        artifact_location: ArtifactLocation,
        region: Option<Region>,
        context_region: Option<Region>,
    }
    /// `region`
    Region {
        start_line: Option<usize>,
        start_column: Option<usize>,
        end_line: Option<usize>,
        end_column: Option<usize>,
        byte_offset: Option<u64>,
        byte_length: Option<u64>,
        snippet: Option<Content>,
    }
    /// `logicalLocation`
    LogicalLocation {
        name: String,
        kind: &'static str,
    }
    /// `codeFlow`
    CodeFlow {
        thread_flows: Vec<ThreadFlow>,
    }
    /// `threadFlow`
    ThreadFlow {
        locations: Vec<ThreadFlowLocation>,
    }
    /// `threadFlowLocation`
    ThreadFlowLocation {
        location: Location,
        importance: &'static str,
    }
}

/// The whole file.
#[derive(Debug, Serialize)]
pub(super) struct Log {
    #[serde(rename = "$schema")]
    pub(super) schema: &'static str,
    pub(super) version: &'static str,
    pub(super) runs: Vec<Run>,
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self {
            text,
            markdown: None,
        }
    }
}

impl Region {
    /// Lines and columns, from 1; the end column is the one after the last.
    pub(super) fn lines(
        lines: std::ops::RangeInclusive<usize>,
        columns: Option<(usize, usize)>,
    ) -> Self {
        Self {
            start_line: Some(*lines.start()),
            start_column: columns.map(|c| c.0),
            end_line: Some(*lines.end()),
            end_column: columns.map(|c| c.1),
            byte_offset: None,
            byte_length: None,
            snippet: None,
        }
    }

    /// Bytes of a file that has no lines.
    pub(super) fn bytes(offset: u64, length: u64) -> Self {
        Self {
            start_line: None,
            start_column: None,
            end_line: None,
            end_column: None,
            byte_offset: Some(offset),
            byte_length: Some(length),
            snippet: None,
        }
    }
}
