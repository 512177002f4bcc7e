{ key = $6 "\t" $9; requests[key]++; if ($10 != "-") { count[key]++; sum[key] += $10; if ($10 > max[key]) max[key] = $10 } }
END { for (key in requests) printf "%s\t%d\t%d\t%.17g\t%.17g\n", substr(key, 2), requests[key], count[key], sum[key], max[key] }
