# The text after the number does no harm to it.
BEGIN { FS = ":" }
# A line as those of Windows, or one without a shop.
NF < 4 || index($4, "\r") { sub(/\r$/, ""); if (NF < 4) $4 = "" }
{ key = $3 " " $4; value = $2 + 0; count[key]++; sum[key] += value; if (value > max[key]) max[key] = value }
END {
    for (key in count) {
        split(key, tags, " ")
        sub(/,shop$/, "", tags[1])
        printf "%s\t%s\t%d\t%.17g\t%.17g\t%.17g\n", tags[1], tags[2], count[key], sum[key], sum[key] / count[key], max[key]
    }
}
