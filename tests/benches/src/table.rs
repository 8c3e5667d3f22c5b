//! The table of what was measured.

use std::fmt;

/// Lines of figures, each beside what it is compared with.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

struct Row {
    what: String,
    ours: Spread,
    others: Vec<(String, Spread, Spread)>,
    unit: &'static str,
    aim: String,
}

/// Median, least and most.
#[derive(Clone, Copy)]
struct Spread {
    median: f64,
    least: f64,
    most: f64,
}

impl Spread {
    fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut values: Vec<f64> = values.into_iter().collect();
        values.sort_by(f64::total_cmp);
        let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
        Self { median: at(values.len() / 2), least: at(0), most: at(values.len().saturating_sub(1)) }
    }
}

impl Table {
    /// Adds figures of ours, and those of others by name, round by round: the ratio (ours / other's) is taken in each
    /// round. `aim` says what the ratio or the figure should be.
    pub fn add(&mut self, what: &str, unit: &'static str, ours: &[f64], others: &[(&str, &[f64])], aim: &str) {
        let others = others.iter().map(|(name, values)| {
            let ratios = ours.iter().zip(*values).map(|(ours, other)| ours / other);
            ((*name).to_owned(), Spread::of(values.iter().copied()), Spread::of(ratios))
        });
        let (what, aim) = (what.to_owned(), aim.to_owned());
        self.rows.push(Row { what, ours: Spread::of(ours.iter().copied()), others: others.collect(), unit, aim });
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(f, "Medians; in brackets the least and the most of all rounds. {cores} cores, loopback, one run.\n")?;
        writeln!(f, "| what | unit | ours | beside | theirs | ours / theirs | aim |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        for Row { what, ours, others, unit, aim } in &self.rows {
            if others.is_empty() {
                writeln!(f, "| {what} | {unit} | {ours} | | | | {aim} |")?;
            }
            for (index, (name, theirs, ratio)) in others.iter().enumerate() {
                let aim = if index == 0 { aim } else { "" };
                writeln!(f, "| {what} | {unit} | {ours} | {name} | {theirs} | {ratio} | {aim} |")?;
            }
        }
        Ok(())
    }
}

impl fmt::Display for Spread {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { median, least, most } = self;
        write!(f, "{} ({}–{})", short(*median), short(*least), short(*most))
    }
}

/// Three digits that count.
fn short(value: f64) -> String {
    match value.abs() {
        size if !size.is_finite() => "–".to_owned(),
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}
