//! [`Answer`]: what was asked of a file, whoever has answered.

use std::collections::BTreeMap;
use std::error::Error;

use serde_json::Value;

use super::input::Input;

/// Numbers by their keys. Of StatsD and JSON these are the count, sum, mean and maximum by both tags. Of a log there is the
/// count by method and status, and by status the count, sum and maximum of the bytes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Answer(BTreeMap<String, Vec<f64>>);

/// The largest difference of two numbers that are the same, as a part of them: they may have been added up in another order.
const TOLERANCE: f64 = 1e-9;

impl Answer {
    /// From rows of two keys and four numbers; those of a log are the count of all, and the count, sum and maximum of the bytes.
    ///
    /// # Errors
    /// If a row is anything else.
    pub fn of_rows<'a>(input: Input, rows: impl IntoIterator<Item = Vec<&'a str>>) -> Result<Self, Box<dyn Error>> {
        let mut answer = Self::default();
        for row in rows {
            let [first, second, numbers @ ..] = &row[..] else { return Err(format!("no row: {row:?}").into()) };
            let numbers = numbers.iter().map(|number| if number.is_empty() { Ok(0.0) } else { number.parse() });
            let numbers: Vec<f64> = numbers.collect::<Result<_, _>>()?;
            let [_, _, _, _] = numbers[..] else { return Err(format!("not four numbers: {row:?}").into()) };
            match input {
                Input::Statsd | Input::Json => answer.set(&[first, second], numbers),
                Input::Log => {
                    answer.set(&[first, second], vec![numbers[0]]);
                    answer.add_bytes(second, &numbers[1..]);
                }
            }
        }
        Ok(answer)
    }

    /// From our own elements, as JSON lines.
    ///
    /// # Errors
    /// If a line is anything else.
    pub fn of_elements(input: Input, text: &str) -> Result<Self, Box<dyn Error>> {
        let keys: &[&str] = match input {
            Input::Statsd | Input::Json => &["page", "shop"],
            Input::Log => &["method", "status"],
        };
        let mut answer = Self::default();
        for line in text.lines() {
            let element: Value = serde_json::from_str(line)?;
            // Of the others it is worked out.
            if input == Input::Log && element["name"] == "bytes.mean" {
                continue;
            }
            let tag = |key: &&str| element["tags"][key].as_str();
            // One that is missing is missing of a line, but not of the bytes of a log, which have no method.
            let tags: Vec<&str> = match input {
                Input::Statsd | Input::Json => keys.iter().map(|key| tag(key).unwrap_or_default()).collect(),
                Input::Log => keys.iter().filter_map(tag).collect(),
            };
            let value = element["value"].as_f64().ok_or("an element has no value")?;
            // They come aggregate by aggregate, in the order of the configuration.
            answer.0.entry(tags.join(" ")).or_default().push(value);
        }
        Ok(answer)
    }

    /// Whether another one is the same, but for how floats are rounded; if not, where it isn't.
    ///
    /// # Errors
    /// Where it isn't.
    pub fn check(&self, other: &Self) -> Result<(), Box<dyn Error>> {
        let (ours, others) = (self.0.len(), other.0.len());
        if ours != others {
            return Err(format!("{ours} groups, and not {others}").into());
        }
        for ((key, numbers), (other_key, other_numbers)) in self.0.iter().zip(&other.0) {
            let near = |(a, b): (&f64, &f64)| (a - b).abs() <= TOLERANCE * a.abs().max(b.abs());
            let is_same = key == other_key && numbers.len() == other_numbers.len();
            if !is_same || !numbers.iter().zip(other_numbers).all(near) {
                return Err(format!("{key}: {numbers:?}, and not {other_key}: {other_numbers:?}").into());
            }
        }
        Ok(())
    }

    /// How many lines it is of.
    pub fn lines(&self, input: Input) -> f64 {
        let is_count = |key: &str| input != Input::Log || key.contains(' ');
        self.0.iter().filter(|(key, _)| is_count(key)).map(|(_, numbers)| numbers[0]).sum()
    }

    fn set(&mut self, keys: &[&str], numbers: Vec<f64>) {
        self.0.insert(keys.join(" "), numbers);
    }

    fn add_bytes(&mut self, status: &str, numbers: &[f64]) {
        if numbers[0] == 0.0 {
            return;
        }
        let all = self.0.entry(status.to_owned()).or_insert_with(|| vec![0.0; 3]);
        (all[0], all[1], all[2]) = (all[0] + numbers[0], all[1] + numbers[1], all[2].max(numbers[2]));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_and_elements_say_the_same() {
        let rows = [
            vec!["GET", "200", "3", "2", "10", "7"],
            vec!["HEAD", "200", "1", "1", "5", "5"],
            vec!["GET", "304", "1", "0", "", ""],
        ];
        let rows = Answer::of_rows(Input::Log, rows).unwrap();
        let element = |name: &str, value: f64, tags: &str| {
            format!("{{\"name\":\"{name}\",\"value\":{value},\"tags\":{{{tags}}}}}\n")
        };
        let elements = [
            element("requests.count", 3.0, r#""method":"GET","status":"200""#),
            element("requests.count", 1.0, r#""method":"HEAD","status":"200""#),
            element("requests.count", 1.0, r#""method":"GET","status":"304""#),
            element("bytes.count", 3.0, r#""status":"200""#),
            element("bytes.sum", 15.0, r#""status":"200""#),
            element("bytes.mean", 5.0, r#""status":"200""#),
            element("bytes.max", 7.0, r#""status":"200""#),
        ];
        let elements = Answer::of_elements(Input::Log, &elements.concat()).unwrap();
        elements.check(&rows).unwrap();
        assert_eq!(rows.lines(Input::Log), 5.0);
    }

    #[test]
    fn what_differs_is_found() {
        let of = |number| Answer::of_rows(Input::Json, [vec!["a", "b", "1", "2", "2", number]]).unwrap();
        of("2").check(&of("2.000000000001")).unwrap();
        assert!(of("2").check(&of("2.1")).is_err());
        assert!(of("2").check(&Answer::default()).is_err());
    }
}
