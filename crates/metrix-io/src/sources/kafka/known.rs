//! [`Known`]: what a member knows of a partition, also when it has lost it.

use super::event::KafkaCommit;

/// What a member knows of a partition, also when it has lost it.
#[derive(Default)]
pub(super) struct Known {
    /// The offset of the message that is out.
    out: Option<i64>,
    /// The offset after the last message that was released.
    position: Option<i64>,
    /// What was committed when it was assigned, or by this member since, and what it has tried to commit: one of them is what the
    /// broker has, unless it is of another member.
    committed: Vec<(Option<i64>, String)>,
}

/// So many attempts to commit are remembered.
const ATTEMPTS: usize = 8;

impl Known {
    /// It is assigned. Gives where it goes on, if it was this member's and nobody has committed anything else for it since.
    pub(super) fn assign(&mut self, offset: Option<i64>, metadata: &str) -> Option<i64> {
        let is_same = self.committed.iter().any(|(known, text)| *known == offset && *text == metadata);
        self.committed = vec![(offset, metadata.to_owned())];
        self.out = None;
        if !is_same {
            self.position = None;
        }
        self.position
    }

    /// The offset at which it begins was committed before it was read.
    pub(super) fn begin(&mut self, offset: i64) {
        self.committed = vec![(Some(offset), String::new())];
    }

    /// A message is given.
    pub(super) fn give(&mut self, offset: i64) {
        self.out = Some(offset);
    }

    /// The message that is out is done with.
    pub(super) fn release(&mut self) {
        self.position = self.out.take().map(|offset| offset + 1).or(self.position);
    }

    /// This is to be committed.
    pub(super) fn begin_commit(&mut self, commit: &KafkaCommit) {
        if self.committed.len() > ATTEMPTS {
            // The first is the one that is known to be there.
            self.committed.remove(1);
        }
        self.committed.push((Some(commit.offset), commit.metadata.clone()));
    }

    /// This is committed.
    pub(super) fn end_commit(&mut self, commit: &KafkaCommit) {
        let commit = (Some(commit.offset), commit.metadata.clone());
        // Where it was left out, since the partition was gone, something else may be there.
        if self.committed.contains(&commit) {
            self.committed = vec![commit];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::event::KafkaPartition;
    use super::*;

    #[test]
    fn it_goes_on_where_any_of_its_own_commits_is_there() {
        let commit = |offset| KafkaCommit {
            partition: KafkaPartition { topic: "t".into(), number: 0 },
            offset,
            metadata: "ours".to_owned(),
        };
        let mut known = Known::default();
        assert_eq!(known.assign(Some(3), "before"), None);
        known.give(3);
        assert_eq!(known.assign(Some(3), "before"), None, "it is out, and comes again");
        known.give(3);
        known.release();
        (4..30).for_each(|offset| known.begin_commit(&commit(offset)));
        assert_eq!(known.assign(Some(3), "before"), Some(4), "none has come there");
        known.begin_commit(&commit(4));
        assert_eq!(known.assign(Some(4), "ours"), Some(4), "whether it had come there was not known");
        known.begin_commit(&commit(5));
        known.end_commit(&commit(5));
        known.end_commit(&commit(6));
        assert_eq!(known.assign(Some(4), "ours"), None, "it is another's, who was behind");
    }
}
