//! What an insight's address says: `?view=graph&days=7&limit=10&min=5&nodes=600&sort=-units`. A link shows the same again.

use leptos_router::params::ParamsMap;

use crate::component::table::{Column, Sort};

/// Which of its faces an answer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// As a chart.
    #[default]
    Chart,
    /// As a piece of the graph.
    Graph,
    /// As numbers.
    Table,
    /// How it is found.
    Query,
}

impl View {
    pub(super) const ALL: [Self; 4] = [Self::Chart, Self::Graph, Self::Table, Self::Query];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Graph => "graph",
            Self::Table => "table",
            Self::Query => "query",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Graph => "Graph",
            Self::Table => "Table",
            Self::Query => "Query",
        }
    }
}

/// The numbers that a question is asked with; those that a question doesn't take are as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asked {
    /// How many days the window of question 1 is long.
    pub days: u32,
    /// How many rows.
    pub limit: u32,
    /// From how many ratings on a product counts.
    pub min: u32,
}

/// Everything that an address may say; what it doesn't is as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) view: View,
    pub(super) asked: Asked,
    pub(super) nodes: u32,
    pub(super) sort: Option<Sort>,
}

const MOST_DAYS: u32 = 365;
const MOST_ROWS: u32 = 1000;
const MOST_RATINGS: u32 = 1_000_000;
/// As many as the graph view draws well; the server gives no more either.
const MOST_NODES: u32 = 10_000;

impl Parameters {
    /// What is usual, with as many rows as the page likes best.
    pub(super) const fn usual(limit: u32) -> Self {
        Self { view: View::Chart, asked: Asked { days: 30, limit, min: 5 }, nodes: 300, sort: None }
    }

    /// Reads an address; what is no number or out of range is as usual.
    pub(super) fn read(query: &ParamsMap, usual: Self, columns: &[Column]) -> Self {
        let number = |name: &str, usual: u32, most: u32| within(query.get_str(name), most).unwrap_or(usual);
        let view = query.get_str("view").and_then(|name| View::ALL.into_iter().find(|view| view.name() == name));
        Self {
            view: view.unwrap_or(usual.view),
            asked: Asked {
                days: number("days", usual.asked.days, MOST_DAYS),
                limit: number("limit", usual.asked.limit, MOST_ROWS),
                min: number("min", usual.asked.min, MOST_RATINGS),
            },
            nodes: number("nodes", usual.nodes, MOST_NODES),
            sort: query.get_str("sort").and_then(|text| Sort::read(text, columns)),
        }
    }

    /// What an address says that cannot be had, a sentence for each, and what is shown instead.
    pub(super) fn wrong(query: &ParamsMap, usual: Self, controls: &[Control]) -> String {
        let mut said = Vec::new();
        for control in controls {
            if let Some(text) =
                query.get_str(control.name()).filter(|text| within(Some(text), control.most()).is_none())
            {
                said.push(format!(
                    "{} is a whole number from 1 to {}, not “{}”: this is with {}.",
                    control.label(),
                    crate::format::count(u64::from(control.most())),
                    short(text),
                    control.of(usual.asked),
                ));
            }
        }
        if let Some(text) = query.get_str("nodes").filter(|text| within(Some(text), MOST_NODES).is_none()) {
            said.push(format!(
                "Nodes is a whole number from 1 to {}, not “{}”: this is with {}.",
                crate::format::count(u64::from(MOST_NODES)),
                short(text),
                usual.nodes,
            ));
        }
        if let Some(text) = query.get_str("view").filter(|name| View::ALL.iter().all(|view| view.name() != *name)) {
            said.push(format!("There is no view “{}”: this is the chart.", short(text)));
        }
        said.join(" ")
    }

    /// The query part of an address that says this; what is as usual is left out.
    pub(super) fn write(self, usual: Self) -> String {
        let mut pairs = Vec::new();
        if self.view != usual.view {
            pairs.push(format!("view={}", self.view.name()));
        }
        for (name, number, usual) in [
            ("days", self.asked.days, usual.asked.days),
            ("limit", self.asked.limit, usual.asked.limit),
            ("min", self.asked.min, usual.asked.min),
            ("nodes", self.nodes, usual.nodes),
        ] {
            if number != usual {
                pairs.push(format!("{name}={number}"));
            }
        }
        if let Some(sort) = self.sort {
            pairs.push(format!("sort={}", sort.write()));
        }
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The same with one number changed.
    pub(super) fn with(self, control: Control, number: u32) -> Self {
        let asked = match control {
            Control::Days => Asked { days: number, ..self.asked },
            Control::Limit => Asked { limit: number, ..self.asked },
            Control::Min => Asked { min: number, ..self.asked },
        };
        Self { asked, ..self }
    }
}

fn within(text: Option<&str>, most: u32) -> Option<u32> {
    text?.parse().ok().filter(|number| (1..=most).contains(number))
}

/// The beginning of what an address says: nobody needs to read more of it.
fn short(text: &str) -> String {
    let mut short: String = text.chars().take(24).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    short
}

/// A number that a page lets people choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Control {
    /// The window of question 1.
    Days,
    /// How many rows.
    Limit,
    /// From how many ratings on a product counts.
    Min,
}

impl Control {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Days => "days",
            Self::Limit => "limit",
            Self::Min => "min",
        }
    }

    /// Its name in the JSON API.
    pub(super) const fn api(self) -> &'static str {
        match self {
            Self::Min => "min_ratings",
            _ => self.name(),
        }
    }

    /// Its name where the JSON API is asked for a graph, whose `limit` is one of nodes.
    pub(super) const fn graph_api(self) -> &'static str {
        match self {
            Self::Limit => "rows",
            _ => self.api(),
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Days => "Days",
            Self::Limit => "Rows",
            Self::Min => "Least ratings",
        }
    }

    const fn most(self) -> u32 {
        match self {
            Self::Days => MOST_DAYS,
            Self::Limit => MOST_ROWS,
            Self::Min => MOST_RATINGS,
        }
    }

    pub(super) const fn choices(self) -> &'static [u32] {
        match self {
            Self::Days => &[1, 7, 30, 90, 365],
            Self::Limit => &[3, 5, 10, 25, 50, 100],
            Self::Min => &[1, 2, 5, 10, 25, 100],
        }
    }

    pub(super) const fn of(self, asked: Asked) -> u32 {
        match self {
            Self::Days => asked.days,
            Self::Limit => asked.limit,
            Self::Min => asked.min,
        }
    }

    pub(super) fn text(self, number: u32) -> String {
        match self {
            Self::Days if number == 1 => "Last day".to_owned(),
            Self::Days => format!("Last {number} days"),
            Self::Limit => format!("Top {}", crate::format::count(u64::from(number))),
            Self::Min if number == 1 => "Any number of ratings".to_owned(),
            Self::Min => format!("At least {} ratings", crate::format::count(u64::from(number))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::table::numbers;

    const COLUMNS: &[Column] = &[numbers("units", "Units")];

    fn query(text: &str) -> ParamsMap {
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn an_address_says_again_what_it_was_made_from() {
        let usual = Parameters::usual(5);
        let sort = Sort::read("-units", COLUMNS);
        let chosen = Parameters { view: View::Graph, nodes: 600, sort, ..usual }.with(Control::Days, 7);
        assert_eq!(chosen.write(usual), "?view=graph&days=7&nodes=600&sort=-units");
        assert_eq!(Parameters::read(&query("view=graph&days=7&nodes=600&sort=-units"), usual, COLUMNS), chosen);
        assert_eq!(usual.write(usual), "");
    }

    #[test]
    fn nonsense_in_an_address_is_as_usual() {
        let usual = Parameters::usual(10);
        for text in [
            "days=0",
            "days=366",
            "limit=ten",
            "limit=1001",
            "view=hologram",
            "nodes=-3",
            "nodes=10001",
            "min=",
            "sort=price",
        ] {
            assert_eq!(Parameters::read(&query(text), usual, COLUMNS), usual, "{text}");
        }
    }

    #[test]
    fn every_number_of_nodes_that_is_offered_can_be_had() {
        for nodes in crate::graph_view::CHOICES {
            let query = query(&format!("nodes={nodes}"));
            assert_eq!(Parameters::read(&query, Parameters::usual(10), COLUMNS).nodes, nodes);
            assert_eq!(Parameters::wrong(&query, Parameters::usual(10), &[]), "");
        }
    }

    #[test]
    fn what_an_address_says_wrongly_gets_a_sentence() {
        let usual = Parameters::usual(10);
        let wrong = |text: &str| Parameters::wrong(&query(text), usual, &[Control::Limit, Control::Min]);
        assert_eq!(wrong("limit=ten"), "Rows is a whole number from 1 to 1,000, not “ten”: this is with 10.");
        assert_eq!(wrong("view=hologram"), "There is no view “hologram”: this is the chart.");
        assert_eq!(wrong("limit=5&min=1000000&days=0"), "");
        assert_eq!(wrong("min=0").matches('.').count(), 1);
        assert_eq!(wrong("nodes=many"), "Nodes is a whole number from 1 to 10,000, not “many”: this is with 300.");
    }
}
