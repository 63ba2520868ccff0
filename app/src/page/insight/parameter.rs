//! What an insight's address says: `?view=graph&days=7&limit=10&min=5&nodes=600`. A link shows the same thing again.

use leptos_router::params::ParamsMap;

/// Which of its three faces an answer shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum View {
    /// As a chart.
    #[default]
    Chart,
    /// As a piece of the graph.
    Graph,
    /// As numbers.
    Table,
}

impl View {
    pub(super) const ALL: [Self; 3] = [Self::Chart, Self::Graph, Self::Table];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Chart => "chart",
            Self::Graph => "graph",
            Self::Table => "table",
        }
    }

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Chart => "Chart",
            Self::Graph => "Graph",
            Self::Table => "Table",
        }
    }
}

/// Everything that an address may say; what it doesn't is as usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Parameters {
    pub(super) view: View,
    pub(super) days: u32,
    pub(super) limit: u32,
    pub(super) min: u32,
    pub(super) nodes: u32,
}

impl Parameters {
    /// What is usual, with as many rows as the page likes best.
    pub(super) const fn usual(limit: u32) -> Self {
        Self { view: View::Chart, days: 30, limit, min: 5, nodes: 300 }
    }

    /// Reads an address; what is no number or out of range is as usual.
    pub(super) fn read(query: &ParamsMap, usual: Self) -> Self {
        let number = |name: &str, usual: u32, most: u32| {
            query
                .get(name)
                .and_then(|text| text.parse().ok())
                .filter(|number| (1..=most).contains(number))
                .unwrap_or(usual)
        };
        let view = query.get("view").and_then(|name| View::ALL.into_iter().find(|view| view.name() == name));
        Self {
            view: view.unwrap_or(usual.view),
            days: number("days", usual.days, 365),
            limit: number("limit", usual.limit, 1000),
            min: number("min", usual.min, 1_000_000),
            nodes: number("nodes", usual.nodes, 1000),
        }
    }

    /// The query part of an address that says this; what is as usual is left out.
    pub(super) fn write(self, usual: Self) -> String {
        let mut pairs = Vec::new();
        if self.view != usual.view {
            pairs.push(format!("view={}", self.view.name()));
        }
        for (name, number, usual) in [
            ("days", self.days, usual.days),
            ("limit", self.limit, usual.limit),
            ("min", self.min, usual.min),
            ("nodes", self.nodes, usual.nodes),
        ] {
            if number != usual {
                pairs.push(format!("{name}={number}"));
            }
        }
        if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
    }

    /// The same with one number changed.
    pub(super) fn with(self, control: Control, number: u32) -> Self {
        match control {
            Control::Days => Self { days: number, ..self },
            Control::Limit => Self { limit: number, ..self },
            Control::Min => Self { min: number, ..self },
        }
    }
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

    pub(super) const fn label(self) -> &'static str {
        match self {
            Self::Days => "Window",
            Self::Limit => "Rows",
            Self::Min => "Least ratings",
        }
    }

    pub(super) const fn choices(self) -> &'static [u32] {
        match self {
            Self::Days => &[1, 7, 30, 90, 365],
            Self::Limit => &[3, 5, 10, 25, 50, 100],
            Self::Min => &[1, 2, 5, 10, 25, 100],
        }
    }

    pub(super) const fn of(self, parameters: Parameters) -> u32 {
        match self {
            Self::Days => parameters.days,
            Self::Limit => parameters.limit,
            Self::Min => parameters.min,
        }
    }

    pub(super) fn text(self, number: u32) -> String {
        match self {
            Self::Days if number == 1 => "Last day".to_owned(),
            Self::Days => format!("Last {number} days"),
            Self::Limit => format!("Top {number}"),
            Self::Min => format!("At least {number} {}", if number == 1 { "rating" } else { "ratings" }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> ParamsMap {
        text.split('&')
            .filter_map(|pair| pair.split_once('='))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }

    #[test]
    fn an_address_says_again_what_it_was_made_from() {
        let usual = Parameters::usual(5);
        let chosen = Parameters { view: View::Graph, days: 7, nodes: 600, ..usual };
        assert_eq!(chosen.write(usual), "?view=graph&days=7&nodes=600");
        assert_eq!(Parameters::read(&query("view=graph&days=7&nodes=600"), usual), chosen);
        assert_eq!(usual.write(usual), "");
    }

    #[test]
    fn nonsense_in_an_address_is_as_usual() {
        let usual = Parameters::usual(10);
        for text in ["days=0", "days=366", "limit=ten", "limit=1001", "view=hologram", "nodes=-3", "min="] {
            assert_eq!(Parameters::read(&query(text), usual), usual, "{text}");
        }
    }
}
