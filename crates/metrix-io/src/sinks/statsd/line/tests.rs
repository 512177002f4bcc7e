use metrix::{Timestamp, tags};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::sources::statsd::StatsD as Parser;
use crate::{ParseLine, Reading};

fn rules(dialect: Dialect) -> Rules {
    Rules {
        dialect,
        negatives: None,
        timestamps: false,
        prefix: String::new(),
        default_tags: Tags::NONE,
        types: Vec::new(),
        packet: 1432,
    }
}

fn line(rules: &Rules, element: &MElement) -> Result<String, Refusal> {
    let mut bytes = b"before\n".to_vec();
    rules.encode(element, &mut bytes)?;
    let text = String::from_utf8(bytes).unwrap();
    Ok(text.strip_prefix("before\n").unwrap().to_owned())
}

#[test]
fn follows_the_table_of_the_docs() {
    for (name, tags, dogstatsd, graphite, plain) in [
        ("a.b", tags! {}, "a.b:1|g", "a.b:1|g", "a.b:1|g"),
        ("", tags! { "" => "" }, "_:1|g|#_:_", "_;_=_:1|g", "_._._:1|g"),
        ("a b\n:|,{}", tags! {}, "a_b______:1|g", "a_b______:1|g", "a_b______:1|g"),
        ("a;b=c", tags! { "x:y" => "u:v" }, "a;b=c:1|g|#x_y:u:v", "a_b=c;x_y=u_v:1|g", "a;b=c.x_y.u_v:1|g"),
        ("é", tags! { "ü ö" => "|,\n é" }, "é:1|g|#ü ö:___ é", "é;___=_____:1|g", "é.___._____:1|g"),
        ("a", tags! { "b=!" => "~.;=" }, "a:1|g|#b=!:~.;=", "a;b__=_._=:1|g", "a.b__.____:1|g"),
        ("_e{1,1}", tags! {}, "_e_1_1_:1|g", "_e_1_1_:1|g", "_e_1_1_:1|g"),
        ("_scale", tags! {}, "__scale:1|g", "_scale:1|g", "_scale:1|g"),
        (" sc", tags! {}, "__sc:1|g", "_sc:1|g", "_sc:1|g"),
        ("a_sc", tags! {}, "a_sc:1|g", "a_sc:1|g", "a_sc:1|g"),
        ("a", tags! { "b\u{2028}c" => "d\u{85}e" }, "a:1|g|#b_c:d_e", "a;b_c=d_e:1|g", "a.b_c.d_e:1|g"),
    ] {
        let element = MElement::new(name, 1.0, tags, Timestamp::EPOCH);
        let dialects = [(Dialect::DogStatsD, dogstatsd), (Dialect::Graphite, graphite), (Dialect::Plain, plain)];
        for (dialect, expected) in dialects {
            assert_eq!(line(&rules(dialect), &element), Ok(format!("{expected}\n")), "{dialect:?}");
        }
    }
}

#[test]
fn values_are_numbers_of_the_protocol() {
    for (value, signed, after_zero) in [
        (12.5, "a:12.5|g\n", "a:12.5|g\n"),
        (1e300, "a:1e300|g\n", "a:1e300|g\n"),
        (-0.0, "a:0|g\n", "a:0|g\n"),
        (-5.0, "a:-5|g\n", "a:0|g\na:-5|g\n"),
    ] {
        let element = MElement::new("a", value, tags! {}, Timestamp::EPOCH);
        assert_eq!(line(&rules(Dialect::DogStatsD), &element).as_deref(), Ok(signed));
        assert_eq!(line(&rules(Dialect::Plain), &element).as_deref(), Ok(after_zero));
        let turned = Rules { negatives: Some(Negatives::AfterZero), ..rules(Dialect::DogStatsD) };
        assert_eq!(line(&turned, &element).as_deref(), Ok(after_zero));
        let turned = Rules { negatives: Some(Negatives::Signed), ..rules(Dialect::Plain) };
        assert_eq!(line(&turned, &element).as_deref(), Ok(signed));
    }
    for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        let refused = line(&rules(Dialect::DogStatsD), &MElement::new("a", value, tags! {}, Timestamp::EPOCH));
        assert!(matches!(refused, Err(Refusal::Value(_))));
    }
}

#[test]
fn options_do_what_they_say() {
    let at = Timestamp::from_millis(1_700_000_000_999);
    let element = |name, value| MElement::new(name, value, tags! { "b" => "c" }, at);
    let types = vec![(Glob::new("*.count"), Type::Counter), (Glob::new("*"), Type::Timer)];
    let rules = Rules {
        timestamps: true,
        prefix: "x y.".to_owned(),
        default_tags: tags! { "host" => "h", "b" => "no" },
        negatives: Some(Negatives::AfterZero),
        types: types.clone(),
        ..rules(Dialect::DogStatsD)
    };
    let tags = "|#b:c,host:h";
    assert_eq!(line(&rules, &element("n.count", -3.0)), Ok(format!("x_y.n.count:-3|c{tags}|T1700000000\n")));
    assert_eq!(line(&rules, &element("n.mean", -3.0)), Ok(format!("x_y.n.mean:-3|ms{tags}\n")));
    let gauges = Rules { types: Vec::new(), ..rules.clone() };
    let expected = format!("x_y.n:0|g{tags}|T1700000000\nx_y.n:-3|g{tags}|T1700000000\n");
    assert_eq!(line(&gauges, &element("n", -3.0)), Ok(expected));
    let at = |nanos| MElement::new("n.count", 1.0, tags! {}, Timestamp::from_nanos(nanos));
    for nanos in [-1, 0, 999_999_999] {
        assert!(matches!(line(&rules, &at(nanos)), Err(Refusal::Time(_))));
    }
    let first = line(&rules, &at(1_000_000_000)).unwrap();
    assert!(first.ends_with("|T1\n"), "{first}");
    let old = at(-1);
    assert!(line(&Rules { timestamps: false, ..rules.clone() }, &old).is_ok());
    let plain = Rules { dialect: Dialect::Plain, ..rules };
    assert_eq!(line(&plain, &element("n.count", 2.0)), Ok("x_y.n.count.b.c.host.h:2|c\n".to_owned()));
}

#[test]
fn a_line_fits_a_packet() {
    let element = |len: usize, value| MElement::new("n".repeat(len), value, tags! {}, Timestamp::EPOCH);
    let rules = Rules { packet: 20, ..rules(Dialect::Plain) };
    assert!(line(&rules, &element(16, 1.0)).is_ok());
    assert_eq!(line(&rules, &element(17, 1.0)), Err(Refusal::TooLong { len: 21, most: 20 }));
    // Both lines have to.
    assert!(line(&rules, &element(5, -1.0)).is_ok());
    assert_eq!(line(&rules, &element(6, -1.0)), Err(Refusal::TooLong { len: 22, most: 20 }));
}

/// What our own reader makes of the lines, which must be as many as this.
fn read(text: &str, lines: usize) -> Vec<Reading<'static>> {
    assert_eq!(text.matches('\n').count(), lines, "{text:?}");
    let mut parser = Parser::new();
    let mut readings = Vec::new();
    for line in text.lines() {
        parser.parse(line.as_bytes(), &mut |reading| readings.push(reading.into_owned())).unwrap();
    }
    assert_eq!(readings.len(), lines);
    readings
}

proptest! {
    #[test]
    fn any_element_comes_back_as_the_table_has_it(
        name in any::<String>(),
        tags in vec((any::<String>(), any::<String>()), 0..4),
        value in -1e12..1e12_f64,
        after_zero in any::<bool>(),
    ) {
        let negatives = Some(if after_zero { Negatives::AfterZero } else { Negatives::Signed });
        let element = MElement::new(&*name, value, tags.into_iter().collect::<Tags>(), Timestamp::EPOCH);
        for dialect in [Dialect::DogStatsD, Dialect::Graphite, Dialect::Plain] {
            let rules = Rules { negatives, packet: 100_000, ..rules(dialect) };
            let text = line(&rules, &element).unwrap();
            let readings = read(&text, if after_zero && value < 0.0 { 2 } else { 1 });
            let last = readings.last().unwrap();
            prop_assert_eq!(last.value, value);
            if dialect == Dialect::DogStatsD {
                let clean = |text: &str, allowed: &dyn Fn(char) -> bool| {
                    let text: String = text.chars().map(|char| if allowed(char) { char } else { '_' }).collect();
                    if text.is_empty() { "_".to_owned() } else { text }
                };
                let sent = clean(&name, &in_name);
                let sent = if sent.starts_with("_sc") { format!("_{sent}") } else { sent };
                prop_assert_eq!(&*last.name, sent);
                let tags: Tags = element.tags.iter().map(|(name, value)| (clean(name, &|char| in_tag(char) && char != ':'), clean(value, &in_tag))).collect();
                prop_assert_eq!(last.to_tags(), tags);
            } else {
                prop_assert!(last.tags.is_empty());
            }
        }
    }
}
