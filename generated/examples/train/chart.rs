//! Pictures for a terminal.

const WIDTH: usize = 60;
const HEIGHT: usize = 8;

/// `[#####-----]  50 %  loss 0.1234`
pub fn progress_bar(progress: f32, loss: Option<f32>) -> String {
    let done = (progress.clamp(0.0, 1.0) * 30.0).round() as usize;
    let loss = loss.map_or_else(String::new, |loss| format!("  loss {loss:.4}"));
    format!("[{}{}] {:3.0} %{loss}", "#".repeat(done), "-".repeat(30 - done), progress * 100.0)
}

/// A falling curve on a logarithmic scale, its ends labelled.
pub fn curve(name: &str, values: &[f32]) -> String {
    let (Some(first), Some(last)) = (values.first(), values.last()) else { return String::new() };
    let top = values.iter().copied().fold(f32::MIN, f32::max);
    let bottom = values.iter().copied().fold(f32::MAX, f32::min);
    let height = |value: f32| value.max(f32::MIN_POSITIVE).ln();
    let span = (height(top) - height(bottom)).max(f32::EPSILON);
    let columns = WIDTH.min(values.len());
    let row_of = |column: usize| {
        let value = values[column * (values.len() - 1) / (columns - 1).max(1)];
        ((height(top) - height(value)) / span * (HEIGHT - 1) as f32).round() as usize
    };
    let mut picture = String::new();
    for row in 0..HEIGHT {
        let label = match row {
            0 => format!("{top:8.4}"),
            row if row == HEIGHT - 1 => format!("{bottom:8.4}"),
            _ => " ".repeat(8),
        };
        let line: String = (0..columns).map(|column| if row_of(column) == row { '•' } else { ' ' }).collect();
        picture.push_str(&format!("{label} |{}\n", line.trim_end()));
    }
    picture.push_str(&format!("{} {name}: {first:.4} at first, {last:.4} at last\n", " ".repeat(8)));
    picture
}
