use std::io::Read;
use std::sync::mpsc;

use futures::StreamExt;
use futures::executor::block_on;

use super::*;

/// A pipe: each text that is sent is what one reading gives.
struct Pipe(mpsc::Receiver<&'static str>);

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let text = self.0.recv().unwrap_or_default();
        // Only its first bytes are read one by one, to tell whether it is compressed.
        buffer[..text.len()].copy_from_slice(text.as_bytes());
        Ok(text.len())
    }
}

fn lines(chunk: &Chunk) -> Vec<(u64, Option<String>)> {
    chunk.lines().map(|line| (line.number, line.text.map(|text| String::from_utf8_lossy(text).into_owned()))).collect()
}

#[test]
fn lines_are_handed_on_before_more_is_waited_for() {
    let (writer, pipe) = mpsc::channel();
    writer.send("0").unwrap();
    let mut chunks = Input::reader("pipe", Pipe(pipe)).open().unwrap().chunks(size(1)).unwrap();
    writer.send("1\n2\n3").unwrap();
    assert_eq!(lines(&block_on(chunks.next()).unwrap().unwrap()), [(1, Some("01".into())), (2, Some("2".into()))]);
    writer.send("\n").unwrap();
    assert_eq!(lines(&block_on(chunks.next()).unwrap().unwrap()), [(3, Some("3".into()))]);
    writer.send("4").unwrap();
    drop(writer);
    assert_eq!(lines(&block_on(chunks.next()).unwrap().unwrap()), [(4, Some("4".into()))]);
    assert!(block_on(chunks.next()).is_none());
    assert!(block_on(chunks.next()).is_none());
}

#[test]
fn all_lines_come_through_a_narrow_bound() {
    let text: String = (0..50_000).map(|line| format!("{line}\n")).collect();
    let text = text + &"x".repeat(2000);
    let input = Input::reader("log", std::io::Cursor::new(text)).max_line(size(1000)).open().unwrap();
    let chunks: Vec<_> = block_on(input.chunks(size(1)).unwrap().collect());
    let all: Vec<_> = chunks.iter().flat_map(|chunk| lines(chunk.as_ref().unwrap())).collect();
    assert!(chunks.len() > 3);
    assert_eq!(all.len(), 50_001);
    assert!(
        all[..50_000]
            .iter()
            .enumerate()
            .all(|(line, (number, text))| { *number == line as u64 + 1 && *text == Some(line.to_string()) })
    );
    assert_eq!(all[50_000], (50_001, None));
}

#[test]
fn a_file_is_followed_until_the_stream_is_closed() {
    let folder = Folder::new();
    folder.append("log", "1\n");
    let builder = Input::builder(folder.path("log")).follow(Follow::FromStart).look_every(Duration::from_millis(1));
    let mut chunks = builder.open().unwrap().chunks(size(1)).unwrap();
    assert_eq!(lines(&block_on(chunks.next()).unwrap().unwrap()), [(1, Some("1".into()))]);
    folder.append("log", "2\n");
    assert_eq!(lines(&block_on(chunks.next()).unwrap().unwrap()), [(2, Some("2".into()))]);
    chunks.close();
    assert!(block_on(chunks.next()).is_none());
}

#[test]
fn closing_keeps_what_has_been_read() {
    let text: String = (0..10_000).map(|line| format!("{line}\n")).collect();
    let input = Input::reader("log", std::io::Cursor::new(text.into_bytes())).open().unwrap();
    let progress = input.progress();
    let mut chunks = input.chunks(size(1)).unwrap();
    let first = block_on(chunks.next()).unwrap().unwrap();
    chunks.close();
    let rest: Vec<_> = block_on(chunks.collect());
    let all = lines(&first).into_iter().chain(rest.iter().flat_map(|chunk| lines(chunk.as_ref().unwrap())));
    let bytes: usize = all.map(|(_, line)| line.unwrap().len() + 1).sum();
    // At most the part of a line is missing.
    let read = usize::try_from(progress.bytes()).unwrap();
    assert!((read - 5..=read).contains(&bytes), "{bytes} of {read}");
}

#[test]
fn a_thread_ends_when_nobody_listens() {
    struct Endless(#[expect(dead_code, reason = "its being dropped is what is looked at")] mpsc::Sender<()>);
    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            buffer.fill(b'\n');
            Ok(buffer.len())
        }
    }
    let (alive, ended) = mpsc::channel();
    let mut chunks = Input::reader("endless", Endless(alive)).open().unwrap().chunks(size(2)).unwrap();
    assert!(block_on(chunks.next()).unwrap().is_ok());
    drop(chunks);
    assert_eq!(ended.recv(), Err(mpsc::RecvError));
}

#[test]
fn an_error_comes_last() {
    struct Fails;
    impl Read for Fails {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::Error::other("the disk is gone"))
        }
    }
    let input = Input::reader("disk", (&b"1\n2"[..]).chain(Fails)).open().unwrap();
    let mut chunks: Vec<_> = block_on(input.chunks(size(1)).unwrap().collect());
    let error = chunks.pop().unwrap().unwrap_err();
    assert_eq!(error.to_string(), "disk: it can't be read after 3 bytes: the disk is gone");
    assert_eq!(chunks.len(), 1);
    assert_eq!(lines(chunks[0].as_ref().unwrap()), [(1, Some("1".into()))]);
}
