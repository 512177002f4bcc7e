SET threads = {threads};
SELECT tags.page, tags.shop, count(*), sum(value), avg(value), max(value)
FROM read_json('{path}', format = 'newline_delimited',
    columns = {'value': 'DOUBLE', 'tags': 'STRUCT(page VARCHAR, shop VARCHAR)'})
GROUP BY ALL;
