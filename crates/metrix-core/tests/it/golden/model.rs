//! The same cases over lists, as the docs of the operators have it: what an input that stays open has caused so far,
//! and what its end adds to that.

use std::collections::VecDeque;

use serde_json::Value;

use super::functions::{accumulate, call, elements, holds, number, pluck};
use super::graph::{Graph, Node};

/// Whether the inputs end after the last event, one after the other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Inputs {
    Open,
    Ended,
}

impl Graph {
    /// All outputs: those while the inputs are open are the beginning of those with their end.
    pub(super) fn outputs(&self, inputs: Inputs) -> Vec<Value> {
        let mut given: Vec<Vec<Value>> = vec![Vec::new(); self.branches.len()];
        let mut made = vec![0; self.branches.len()];
        let mut arrivals = Vec::new();
        let mut arrive = |i: usize, given: &[Value], inputs| {
            let outputs = self.branches[i].iter().fold(given.to_vec(), |items, node| node.list(&items, inputs));
            arrivals.extend(outputs[made[i]..].iter().map(|output| (i, output.clone())));
            made[i] = outputs.len();
        };
        for (i, x) in self.events.iter().flatten() {
            given[*i].push(x.clone());
            arrive(*i, &given[*i], Inputs::Open);
        }
        for (i, given) in given.iter().enumerate() {
            arrive(i, given, inputs);
        }
        match &self.join {
            Some(join) => join.list_of_many(&arrivals, self.branches.len(), inputs),
            None => arrivals.into_iter().map(|(_, x)| x).collect(),
        }
    }
}

impl Node {
    fn list(&self, items: &[Value], inputs: Inputs) -> Vec<Value> {
        let p = &self.params;
        let n = p["n"].as_u64().unwrap_or(0) as usize;
        let ended = inputs == Inputs::Ended;
        let mut out = Vec::new();
        match self.op.as_str() {
            "map" => out.extend(items.iter().map(|x| call(p, x))),
            "pluck" => out.extend(items.iter().map(|x| pluck(&p["pick"], x))),
            "filter" => out.extend(items.iter().filter(|x| holds(p, x)).cloned()),
            "flatten" => out.extend(items.iter().flat_map(elements).cloned()),
            "partition" => out.extend(items.chunks(n).filter(|batch| ended || batch.len() == n).map(Value::from)),
            "partition_key" => {
                let mut keys: Vec<(Value, Vec<Value>)> = Vec::new();
                for x in items {
                    let key = call(&p["key"], x);
                    let place = keys.iter().position(|(known, _)| *known == key).unwrap_or_else(|| {
                        keys.push((key, Vec::new()));
                        keys.len() - 1
                    });
                    keys[place].1.push(x.clone());
                    out.extend(take_if(&mut keys[place].1, |batch| batch.len() == n));
                }
                out.extend(keys.iter_mut().filter_map(|(_, batch)| take_if(batch, |batch| ended && !batch.is_empty())));
            }
            "partition_unique" => {
                let mut batch: Vec<Value> = Vec::new();
                for x in items {
                    let same = batch.iter().position(|held| call(&p["key"], held) == call(&p["key"], x));
                    match same {
                        Some(_) if p["keep"] == "first" => continue,
                        Some(place) => drop(batch.remove(place)),
                        None => {}
                    }
                    batch.push(x.clone());
                    out.extend(take_if(&mut batch, |batch| batch.len() == n));
                }
                out.extend(take_if(&mut batch, |batch| ended && !batch.is_empty()));
            }
            "sliding_window" if p["return_partial"] == true => {
                out.extend((1..=items.len()).map(|end| Value::from(&items[end.saturating_sub(n)..end])));
            }
            "sliding_window" => {
                out.extend(items.windows(n).map(Value::from));
                let short = ended && !items.is_empty() && items.len() < n;
                out.extend(short.then(|| Value::from(items)));
            }
            "accumulate" => {
                let mut state = p.get("start").cloned();
                for x in items {
                    let step = state.map_or_else(|| (x.clone(), x.clone()), |state| accumulate(p, &state, x));
                    state = Some(step.0);
                    out.push(step.1);
                }
            }
            "slice" => {
                let at = |name: &str, absent| p[name].as_u64().map_or(absent, |at| at as usize);
                let end = at("end", usize::MAX).min(items.len());
                let list = items.get(at("start", 0)..end).unwrap_or_default();
                out.extend(list.iter().step_by(at("step", 1)).cloned());
            }
            "unique" => {
                let mut seen: Vec<Value> = Vec::new();
                for x in items {
                    let key = call(&p["key"], x);
                    match seen.iter().position(|known| *known == key) {
                        Some(place) => drop(seen.remove(place)),
                        None => out.push(x.clone()),
                    }
                    seen.insert(0, key);
                    seen.truncate(p["maxsize"].as_u64().map_or(usize::MAX, |max| max as usize));
                }
            }
            unknown => panic!("the operator {unknown} is not known"),
        }
        out
    }

    fn list_of_many(&self, arrivals: &[(usize, Value)], count: usize, inputs: Inputs) -> Vec<Value> {
        let mut out = Vec::new();
        let mut queues = vec![VecDeque::new(); count];
        let mut latest = vec![None; count];
        for (i, x) in arrivals.iter().cloned() {
            match self.op.as_str() {
                "union" => out.push(x),
                "zip" => {
                    queues[i].push_back(x);
                    if queues.iter().all(|queue| !queue.is_empty()) {
                        let mut row: Vec<Value> = queues.iter_mut().filter_map(VecDeque::pop_front).collect();
                        for literal in self.literals() {
                            row.insert(number(&literal[0]), literal[1].clone());
                        }
                        out.push(Value::from(row));
                    }
                }
                "combine_latest" => {
                    latest[i] = Some(x);
                    let emits = match &self.params["emit_on"] {
                        Value::Null => true,
                        Value::Array(chosen) => chosen.iter().any(|chosen| number(chosen) == i),
                        one => number(one) == i,
                    };
                    out.extend(latest.iter().cloned().collect::<Option<Value>>().filter(|_| emits));
                }
                "zip_latest" => {
                    if i == 0 {
                        queues[0].push_back(x)
                    } else {
                        latest[i] = Some(x)
                    }
                    if latest[1..].iter().all(Option::is_some) {
                        let others: Vec<Value> = latest[1..].iter().flatten().cloned().collect();
                        let rows = queues[0].drain(..).map(|x| [vec![x], others.clone()].concat());
                        out.extend(rows.map(Value::from));
                    }
                }
                "collect" if i == 1 => out.push(queues[0].drain(..).collect()),
                "collect" => queues[0].push_back(x),
                unknown => panic!("the join {unknown} is not known"),
            }
        }
        if self.op == "collect" && inputs == Inputs::Ended && !queues[0].is_empty() {
            out.push(queues[0].drain(..).collect());
        }
        out
    }
}

/// The batch as an output, and an empty one in its place, if `is_due`.
fn take_if(batch: &mut Vec<Value>, is_due: impl FnOnce(&[Value]) -> bool) -> Option<Value> {
    is_due(batch).then(|| Value::from(std::mem::take(batch)))
}
