use metrix::{Timestamp, tags};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};

use super::*;
use crate::ParseLine;
use crate::sources::graphite::Graphite as Parser;

const AT: Timestamp = Timestamp::from_secs(1_700_000_000);

fn rules() -> Rules {
    Rules { tags_in_names: false, prefix: String::new(), default_tags: Tags::NONE }
}

#[test]
fn follows_the_table_of_the_docs() {
    let in_names = Rules { tags_in_names: true, ..rules() };
    for (name, tags, tagged, plain) in [
        ("a.b-c_d", tags! {}, "a.b-c_d", "a.b-c_d"),
        ("", tags! { "" => "" }, "_;_=_", "_._._"),
        (".", tags! {}, "_._", "_._"),
        ("a..b.", tags! {}, "a._.b._", "a._.b._"),
        ("../../etc/passwd", tags! {}, "_._._._._etc_passwd", "_._._._._etc_passwd"),
        ("a b\n;=*?[](){}é", tags! {}, "a_b____________", "a_b____________"),
        ("50%:c+", tags! {}, "50%:c+", "50%:c+"),
        ("a", tags! { "name" => "b", "!^=;" => "~a~;\t é" }, "a;____=_a~____;_name=b", "a.____._a_____.name.b"),
        ("a", tags! { "{b}" => "{c=\"d\"}" }, "a;_b_=_c=\"d\"_", "a._b_._c__d__"),
        ("a", tags! { "x.y" => "/u.v=w" }, "a;x.y=/u.v=w", "a.x_y._u_v_w"),
    ] {
        let element = MElement::new(name, 1.0, tags, AT);
        assert_eq!(Point::new(&element, &rules()).unwrap().path, tagged);
        assert_eq!(Point::new(&element, &in_names).unwrap().path, plain);
    }
}

#[test]
fn options_do_what_they_say() {
    let rules = Rules { prefix: "x y..".to_owned(), default_tags: tags! { "host" => "h h", "b" => "no" }, ..rules() };
    let element = MElement::new("n", 1.0, tags! { "b" => "c" }, AT);
    assert_eq!(Point::new(&element, &rules).unwrap().path, "x_y._.n;b=c;host=h_h");
    let in_names = Rules { tags_in_names: true, ..rules };
    assert_eq!(Point::new(&element, &in_names).unwrap().path, "x_y._.n.b.c.host.h_h");
}

#[test]
fn what_is_refused_says_why() {
    let refusal =
        |name: &str, value, tags: Tags, at| Point::new(&MElement::new(name, value, tags, at), &rules()).unwrap_err();
    assert!(matches!(refusal("a", f64::NAN, tags! {}, AT), Refusal::Value(_)));
    for at in [Timestamp::MIN, Timestamp::EPOCH, Timestamp::from_secs(1 << 32), Timestamp::MAX] {
        assert!(matches!(refusal("a", 1.0, tags! {}, at), Refusal::Time(_)), "{at}");
    }
    assert_eq!(refusal(&"a".repeat(201), 1.0, tags! {}, AT), Refusal::LongNode(201));
    assert_eq!(refusal(&"a.".repeat(5000), 1.0, tags! {}, AT), Refusal::TooLong(10_001));
    // Of a series with tags no file is called so.
    let long = MElement::new("a".repeat(201), 1.0, tags! { "b" => "c" }, AT);
    assert!(Point::new(&long, &rules()).is_ok());
    let last = MElement::new("a", 1.0, tags! {}, Timestamp::from_nanos((1 << 32) * 1_000_000_000 - 1));
    assert_eq!(Point::new(&last, &rules()).unwrap().seconds, i64::from(u32::MAX));
}

proptest! {
    #[test]
    fn any_element_comes_back_as_the_table_has_it(
        name in any::<String>(),
        tags in vec((any::<String>(), any::<String>()), 0..4),
        value in any::<f64>(),
        seconds in 1..1_i64 << 32,
        in_names in any::<bool>(),
    ) {
        let element = MElement::new(&*name, value, tags.into_iter().collect::<Tags>(), Timestamp::from_secs(seconds));
        let Ok(point) = Point::new(&element, &Rules { tags_in_names: in_names, ..rules() }) else { return Ok(()) };
        let mut line = Vec::new();
        point.line(&mut line);
        prop_assert!(line.len() <= MAX_LINE + 1 && line.is_ascii());
        prop_assert_eq!(line.pop(), Some(b'\n'));
        let mut readings = Vec::new();
        Parser::new().parse(&line, &mut |reading| readings.push(reading.into_owned())).unwrap();
        prop_assert_eq!(readings.len(), 1);
        let reading = &readings[0];
        prop_assert_eq!((reading.value, reading.at), (value, Some(element.at)));
        prop_assert!(reading.name.split('.').all(|node| !node.is_empty()));
        prop_assert_eq!(reading.tags.len(), if in_names { 0 } else { element.tags.len() - point.merged });
    }
}
