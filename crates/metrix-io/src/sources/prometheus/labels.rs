//! [`tagged`]: a reading with the tags of its target.

use std::borrow::Cow;

use metrix::Tags;

use crate::Reading;

/// A reading with the tags of a target beside its labels. Of equal names the label holds, if labels are honoured, and else becomes
/// `exported_` and its name.
pub(super) fn tagged<'r: 'a, 'a>(reading: Reading<'r>, tags: &'a Tags, honors_labels: bool) -> Reading<'a> {
    let Reading { name, value, tags: labels, at, weight, kind } = reading;
    // One by one, since the texts of all of them can't be taken for shorter lived at once.
    let mut reading: Reading<'a> = Reading { at, weight, kind, ..Reading::new(name, value) };
    for (name, value) in labels {
        reading.tags.push((name, value));
    }
    for (name, value) in tags.iter() {
        let labels = &mut reading.tags;
        match labels.iter().position(|(other, _)| other == name) {
            Some(_) if honors_labels => continue,
            Some(place) => {
                let mut exported = format!("exported_{name}");
                while labels.iter().any(|(other, _)| *other == exported) {
                    exported.insert_str(0, "exported_");
                }
                labels[place].0 = Cow::Owned(exported);
            }
            None => {}
        }
        labels.push((Cow::Borrowed(name), Cow::Borrowed(value)));
    }
    reading
}

#[cfg(test)]
mod tests {
    use metrix::tags;

    use super::*;

    #[test]
    fn a_label_that_is_also_a_tag_gives_way_unless_it_is_honoured() {
        let target = tags! { "instance" => "a:1", "job" => "node" };
        let labels = |honors| {
            let given = [("instance", "b"), ("exported_instance", "c"), ("x", "y")];
            let mut reading = Reading::new("up", 1.0);
            reading.tags.extend(given.map(|(name, value)| (Cow::Borrowed(name), Cow::Borrowed(value))));
            let reading = tagged(reading, &target, honors);
            let mut all: Vec<String> = reading.tags.iter().map(|(name, value)| format!("{name}={value}")).collect();
            all.sort();
            all
        };
        assert_eq!(labels(true), ["exported_instance=c", "instance=b", "job=node", "x=y"]);
        let expected = ["exported_exported_instance=b", "exported_instance=c", "instance=a:1", "job=node", "x=y"];
        assert_eq!(labels(false), expected);
    }
}
