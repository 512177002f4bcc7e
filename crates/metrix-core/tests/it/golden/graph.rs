//! A case as streams: branches of operators, and what joins them.

use std::num::NonZeroUsize;
use std::ops::Bound;
use std::pin::Pin;
use std::time::Duration;

use futures::Stream;
use metrix_core::ops::{Keep, SlidingWindow};
use metrix_core::prelude::*;
use serde_json::Value;

use super::functions::{accumulate, call, elements, holds, number, pluck, text};

pub(super) type Values = Pin<Box<dyn Stream<Item = Value>>>;

/// What streamz was given: for each event, the inputs and what was emitted into them, in this order.
#[derive(Debug)]
pub(super) struct Graph {
    pub(super) branches: Vec<Vec<Node>>,
    pub(super) join: Option<Node>,
    pub(super) events: Vec<Vec<(usize, Value)>>,
}

#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) op: String,
    pub(super) params: Value,
}

/// More than any case has.
pub(super) const BOUND: NonZeroUsize = size(1000);

impl Graph {
    /// A line of `streamz_cases.jsonl`. A single input is a branch of one node. Of several inputs each is a branch
    /// without nodes, and the operator their join; `collect` has the flushes as its second input.
    pub(super) fn of_case(case: &Value) -> Self {
        let node = Node { op: text(&case["op"]).into(), params: case["params"].clone() };
        let event = |event: &Value| match event.get("flush") {
            Some(_) => vec![(1, Value::Null)],
            None => vec![(number(&event["in"]), event["value"].clone())],
        };
        let events = elements(&case["events"]).iter().map(event).collect();
        match (node.op.as_str(), number(&case["n_inputs"])) {
            ("collect", _) => Self { branches: vec![vec![]; 2], join: Some(node), events },
            (_, 1) => Self { branches: vec![vec![node]], join: None, events },
            (_, inputs) => Self { branches: vec![vec![]; inputs], join: Some(node), events },
        }
    }

    /// A line of `streamz_pipelines.jsonl`. streamz' source hands an item to one branch after the other, and what the
    /// first makes of it is in the join before the second sees it: so each branch gets its own copy, in turn.
    pub(super) fn of_pipeline(case: &Value) -> Self {
        let node = |node: &Value| Node { op: text(&node["op"]).into(), params: node["params"].clone() };
        let branch = |branch: &Value| elements(branch).iter().map(node).collect();
        let branches: Vec<Vec<Node>> = elements(&case["branches"]).iter().map(branch).collect();
        let join = case["join"].as_str().map(|op| Node { op: op.into(), params: Value::Null });
        let to_all = |x: &Value| (0..branches.len()).map(|i| (i, x.clone())).collect();
        let events = elements(&case["inputs"]).iter().map(to_all).collect();
        Self { branches, join, events }
    }

    pub(super) fn stream(&self, inputs: Vec<Values>) -> Values {
        let run = |(input, branch): (Values, &Vec<Node>)| branch.iter().fold(input, |input, node| node.stream(input));
        let mut branches: Vec<Values> = inputs.into_iter().zip(&self.branches).map(run).collect();
        match &self.join {
            Some(join) => join.stream_of_many(branches),
            None => branches.remove(0),
        }
    }
}

impl Node {
    fn stream(&self, input: Values) -> Values {
        let p = self.params.clone();
        match self.op.as_str() {
            "map" => Box::pin(input.map(move |x| call(&p, &x))),
            "pluck" => Box::pin(input.map(move |x| pluck(&p["pick"], &x))),
            "filter" => Box::pin(input.filter(move |x| holds(&p, x))),
            "flatten" => Box::pin(input.map(|x| elements(&x).to_vec()).flatten()),
            "partition" => Box::pin(input.partition(self.n()).map(Value::from)),
            "partition_key" => {
                let hour = Duration::from_secs(3600);
                let batches = input.partition_by(self.n(), move |x| call(&p["key"], x), BOUND, hour);
                Box::pin(batches.map(Value::from))
            }
            "partition_unique" => {
                let keep = if p["keep"] == "first" { Keep::First } else { Keep::Last };
                Box::pin(input.partition_unique(self.n(), move |x| call(&p["key"], x), keep).map(Value::from))
            }
            "sliding_window" if p["return_partial"] == true => {
                Box::pin(input.operate(SlidingWindow::new(self.n()).partial()).map(Value::from))
            }
            "sliding_window" => Box::pin(input.sliding_window(self.n()).map(Value::from)),
            "accumulate" => Box::pin(input.scan(p.get("start").cloned(), move |state, x| {
                let (after, output) = match &*state {
                    Some(state) => accumulate(&p, state, &x),
                    None => (x.clone(), x),
                };
                *state = Some(after);
                output
            })),
            "slice" => {
                let start = Bound::Included(if p["start"].is_null() { 0 } else { number(&p["start"]) });
                let end = if p["end"].is_null() { Bound::Unbounded } else { Bound::Excluded(number(&p["end"])) };
                match NonZeroUsize::new(p["step"].as_u64().unwrap_or(0) as usize) {
                    Some(step) => Box::pin(input.slice_step((start, end), step)),
                    None => Box::pin(input.slice((start, end))),
                }
            }
            "unique" => {
                let capacity = p["maxsize"].as_u64().map_or(NonZeroUsize::MAX, |n| size(n as usize));
                match p["key"].clone() {
                    Value::Null => Box::pin(input.unique(capacity)),
                    key => Box::pin(input.unique_by(capacity, move |x| call(&key, x))),
                }
            }
            unknown => panic!("the operator {unknown} is not known"),
        }
    }

    fn stream_of_many(&self, mut inputs: Vec<Values>) -> Values {
        match self.op.as_str() {
            "zip" => {
                // streamz puts the literals into its rows; here a map does.
                let literals = self.literals().to_vec();
                Box::pin(zip(inputs).map(move |mut row| {
                    for literal in &literals {
                        row.insert(number(&literal[0]), literal[1].clone());
                    }
                    Value::from(row)
                }))
            }
            "combine_latest" => {
                let latest = combine_latest(inputs);
                let latest = match &self.params["emit_on"] {
                    Value::Null => latest,
                    Value::Array(chosen) => latest.emit_on(chosen.iter().map(number)),
                    one => latest.emit_on([number(one)]),
                };
                Box::pin(latest.map(Value::from))
            }
            "zip_latest" => Box::pin(zip_latest(inputs, BOUND).map(Value::from)),
            "union" => Box::pin(union(inputs)),
            "collect" => {
                let flushes = inputs.remove(1);
                Box::pin(inputs.remove(0).collect_on(flushes, BOUND).map(Value::from))
            }
            unknown => panic!("the join {unknown} is not known"),
        }
    }

    /// What is put into the rows of a `zip`, each a position and a value.
    pub(super) fn literals(&self) -> &[Value] {
        self.params.get("literals").map_or(&[], elements)
    }

    fn n(&self) -> NonZeroUsize {
        size(number(&self.params["n"]))
    }
}
