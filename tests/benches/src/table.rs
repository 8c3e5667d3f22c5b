//! The table of what was measured.

use std::fmt;

/// Lines of figures, each beside what it is compared with.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

/// Figures of ours, and those of others.
pub struct Row {
    what: String,
    unit: &'static str,
    figures: Vec<f64>,
    aim: String,
    others: Vec<Other>,
}

struct Other {
    name: String,
    theirs: Spread,
    ratio: Spread,
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
    /// Adds figures of ours, one of each round.
    pub fn row(&mut self, what: &str, unit: &'static str, figures: Vec<f64>) -> &mut Row {
        self.rows.push(Row { what: what.to_owned(), unit, figures, aim: String::new(), others: Vec::new() });
        self.rows.last_mut().expect("just added")
    }
}

impl Row {
    /// What our figure should be, whatever the others' are.
    pub fn aim(&mut self, aim: &str) -> &mut Self {
        aim.clone_into(&mut self.aim);
        self
    }

    /// Adds figures of another, round by round: the ratio (ours / theirs) is taken in each round. `aim` is what it
    /// should be, and empty where there is no aim.
    pub fn beside(&mut self, name: &str, figures: Vec<f64>, aim: &str) -> &mut Self {
        let ratios = self.figures.iter().zip(&figures).map(|(ours, theirs)| ours / theirs);
        let ratio = Spread::of(ratios);
        self.others.push(Other { name: name.to_owned(), theirs: Spread::of(figures), ratio, aim: aim.to_owned() });
        self
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        writeln!(f, "Medians; in brackets the least and the most of all rounds. {cores} cores, loopback, one run.")?;
        writeln!(f, "An aim is for the ratio, unless it names ours. Rates and p50 want an idle machine.\n")?;
        writeln!(f, "| what | unit | ours | beside | theirs | ours / theirs | aim |")?;
        writeln!(f, "|---|---|---|---|---|---|---|")?;
        self.rows.iter().try_for_each(|row| write!(f, "{row}"))
    }
}

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, unit, figures, aim, others } = self;
        let ours = Spread::of(figures.iter().copied());
        let own = if aim.is_empty() { String::new() } else { format!("ours {aim}") };
        if others.is_empty() {
            writeln!(f, "| {what} | {unit} | {ours} | | | | {own} |")?;
        }
        for (index, Other { name, theirs, ratio, aim }) in others.iter().enumerate() {
            let aims = [if index == 0 { own.as_str() } else { "" }, aim.as_str()];
            let aims: Vec<&str> = aims.into_iter().filter(|aim| !aim.is_empty()).collect();
            writeln!(f, "| {what} | {unit} | {ours} | {name} | {theirs} | {ratio} | {} |", aims.join(", "))?;
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
