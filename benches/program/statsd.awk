# The text after the number does no harm to it.
BEGIN { FS = ":" }
{ key = $3 " " $4; value = $2 + 0; count[key]++; sum[key] += value; if (value > max[key]) max[key] = value }
END {
    for (key in count) {
        split(key, tags, ",shop ")
        printf "%s\t%s\t%d\t%.17g\t%.17g\t%.17g\n", tags[1], tags[2], count[key], sum[key], sum[key] / count[key], max[key]
    }
}
