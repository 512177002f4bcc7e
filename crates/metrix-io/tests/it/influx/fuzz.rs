//! The source, sent anything: no request goes without an answer, and none takes the server down.

use metrix_io::sources::influx::InfluxServer;
use tokio::io::BufReader;
use tokio::net::TcpStream;

use crate::hostile::Random;
use crate::post::post;

const COUNT: usize = 10_000;

/// What lines are made of, and what is not.
const PIECES: [&[u8]; 20] = [
    b"m",
    b"weather",
    b",",
    b" ",
    b"=",
    b"\\",
    b"\"",
    b"\n",
    b"\r\n",
    b"#",
    b"1",
    b"-1.5e3",
    b"12i",
    b"12u",
    b"true",
    b"\xff",
    b"\0",
    b"1700000000000000000",
    b"1e999",
    b"99999999999999999999",
];

const LINES: &[u8] = br#"weather,city=Kiel\ West,k=v temperature=12.5,wind=3i,sky="b\"l
ue",rain=f 1700000000000000000
load value=1
# a comment
load,host=a value=2u 7"#;

fn random(random: &mut Random) -> Vec<u8> {
    (0..random.below(40)).flat_map(|_| PIECES[random.below(PIECES.len() as u64) as usize]).copied().collect()
}

/// Right lines in which a few pieces were put in, taken out or put in the place of others.
fn mutated(random: &mut Random) -> Vec<u8> {
    let mut lines = LINES.to_vec();
    for _ in 0..=random.below(5) {
        let begin = random.below(lines.len() as u64) as usize;
        let end = (begin + random.below(4) as usize).min(lines.len());
        let piece = if random.below(3) == 0 { &b""[..] } else { PIECES[random.below(PIECES.len() as u64) as usize] };
        lines.splice(begin..end, piece.iter().copied());
    }
    lines
}

/// A line of many tags, fields and letters, of which some are too many.
fn wide(random: &mut Random) -> Vec<u8> {
    let mut line = b"m".repeat(1 + random.below(1000) as usize);
    (0..random.below(300)).for_each(|tag| line.extend(format!(",t{tag}=a\\ b").bytes()));
    line.push(b' ');
    let fields: Vec<String> = (0..=random.below(300)).map(|field| format!("f{field}=1")).collect();
    line.extend(fields.join(",").bytes());
    line
}

#[tokio::test]
async fn any_body_is_answered() {
    let mut writes = InfluxServer::bind("127.0.0.1:0".parse().unwrap()).unwrap().start();
    let address = writes.address();
    let mut sending = tokio::spawn(async move {
        let mut client = BufReader::new(TcpStream::connect(address).await.unwrap());
        let mut numbers = Random::new(6);
        let mut taken = [0; 2];
        for number in 0..2 * COUNT {
            let (target, make) = match number % 2 {
                0 if number % 500 == 0 => ("/write", wide as fn(&mut Random) -> Vec<u8>),
                0 => ("/write?precision=s", random as fn(&mut Random) -> Vec<u8>),
                _ => ("/api/v2/write", mutated as fn(&mut Random) -> Vec<u8>),
            };
            let status = post(&mut client, target, "", &make(&mut numbers)).await;
            assert!(matches!(status, 204 | 400), "{status}");
            taken[number % 2] += usize::from(status == 204);
        }
        taken
    });
    let (mut readings, mut wrong) = (0, 0);
    let [random, mutated] = loop {
        let mut write = tokio::select! {
            taken = &mut sending => break taken.unwrap(),
            write = writes.next() => write.unwrap(),
        };
        write.read(|read| match read {
            Ok(reading) => {
                assert!(reading.tags.len() <= 300 && reading.value.is_finite() && !reading.name.is_empty());
                readings += 1;
            }
            Err(_) => wrong += 1,
        });
        write.confirm();
    };
    // Both ways are gone.
    assert!(random > COUNT / 100 && random < COUNT, "{random}");
    assert!(mutated > COUNT / 20 && mutated < COUNT, "{mutated}");
    assert!(readings > COUNT && wrong > COUNT, "{readings} {wrong}");
}
