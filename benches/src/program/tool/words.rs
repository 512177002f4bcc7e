//! What tools are told that have no file of it.

use crate::program::input::Input;

/// What Miller is told.
pub(super) fn miller(input: Input) -> &'static [&'static str] {
    match input {
        Input::Statsd => &[
            // Plain separators, which are quicker than a regular expression: the tags are cut when they are summed up.
            "--idkvp",
            "--ifs",
            "|",
            "--ips",
            ":",
            "--onidx",
            "--ofs",
            "tab",
            "stats1",
            "-a",
            "count,sum,mean,max",
            "-f",
            "requests",
            "-g",
            "#page",
            "then",
            "put",
            "-q",
            r##"tags = splitax($["#page"], ",shop:");
            print tags[1]."\t".(tags[2] ?? "")."\t".$requests_count."\t".$requests_sum."\t".$requests_mean."\t".$requests_max"##,
        ],
        Input::Json => &[
            "--ijsonl",
            "--onidx",
            "--ofs",
            "tab",
            "flatten",
            "then",
            // It passes over what has not all the fields by which it groups.
            "unsparsify",
            "-f",
            "tags.shop",
            "then",
            "stats1",
            "-a",
            "count,sum,mean,max",
            "-f",
            "value",
            "-g",
            "tags.page,tags.shop",
        ],
        Input::Log => &[
            "--inidx",
            "--ifs",
            " ",
            "--onidx",
            "--ofs",
            "tab",
            "cut",
            "-f",
            "6,9,10",
            "then",
            "put",
            r#"$10 == "-" { $10 = "" }"#,
            "then",
            "put",
            "-q",
            r#"@requests[$6][$9] += 1; if ($10 != "") { @count[$6][$9] += 1; @sum[$6][$9] += $10; @max[$6][$9] = max(@max[$6][$9], $10) }
            end { for ((method, status), requests in @requests) {
                print substr(method, 1, -1)."\t".status."\t".requests."\t".(@count[method][status] ?? 0)."\t".(@sum[method][status] ?? 0)."\t".(@max[method][status] ?? 0)
            } }"#,
        ],
    }
}

/// What angle-grinder is asked.
pub(super) fn angle_grinder(input: Input) -> &'static str {
    match input {
        Input::Statsd => {
            // It passes over what has not all the fields of a pattern, so that both tags are one here.
            r#"* | parse "requests:*|c|#page:*" as value, tags | count as n, sum(value) as s, avg(value) as a, max(value) as m by tags"#
        }
        Input::Json => {
            "* | json | count as n, sum(value) as s, avg(value) as a, max(value) as m by tags.page, tags.shop"
        }
        Input::Log => {
            r#"* | parse "* * * [*] \"* * HTTP/*\" *" as ip, ident, user, ts, method, url, version, rest | parse regex "^(?P<status>\d+) (?P<bytes>\S+)" from rest | count as n, count(bytes != "-") as c, sum(bytes) as s, max(bytes) as m by method, status"#
        }
    }
}
