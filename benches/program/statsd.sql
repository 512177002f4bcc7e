SET threads = {threads};
SELECT if(shop IS NULL, page, left(page, -5)), shop, count(*), sum(value), avg(value), max(value)
FROM (
    SELECT split_part(value, '|', 1)::DOUBLE AS value, page, shop
    FROM read_csv('{path}', delim = ':', quote = '', escape = '', header = false, auto_detect = false, strict_mode = false,
        null_padding = true, columns = {'name': 'VARCHAR', 'value': 'VARCHAR', 'page': 'VARCHAR', 'shop': 'VARCHAR'})
)
GROUP BY page, shop;
