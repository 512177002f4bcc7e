SET threads = {threads};
SELECT split_part(request, ' ', 1), status, count(*), count(bytes), sum(bytes), max(bytes)
FROM read_csv('{path}', delim = ' ', quote = '"', escape = '\', header = false, auto_detect = false, nullstr = '-',
    strict_mode = false, null_padding = true,
    columns = {'ip': 'VARCHAR', 'ident': 'VARCHAR', 'user': 'VARCHAR', 'day': 'VARCHAR', 'zone': 'VARCHAR',
        'request': 'VARCHAR', 'status': 'VARCHAR', 'bytes': 'BIGINT', 'referrer': 'VARCHAR', 'agent': 'VARCHAR'})
GROUP BY ALL;
