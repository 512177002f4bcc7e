# By the quotes, as the lines are all of one make, but for a slash that is written in two ways.
BEGIN { FS = "\"" }
index($12, "\\") { gsub(/\\\//, "/", $12) }
{ key = $12 "\t" $16; value = substr($7, 2) + 0; count[key]++; sum[key] += value; if (value > max[key]) max[key] = value }
END { for (key in count) printf "%s\t%d\t%.17g\t%.17g\t%.17g\n", key, count[key], sum[key], sum[key] / count[key], max[key] }
