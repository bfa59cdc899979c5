-- Only a card number is refused where free text is kept: digits in one group, or in groups as they stand on cards, that
-- begin like those of a brand, are as many as it has, and end with the right one. Versions, dates and other numbers are
-- none. The application refuses these and more, and tells the person; this is the backstop.
CREATE OR REPLACE FUNCTION holds_no_card_number(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT NOT EXISTS (
        SELECT FROM (
            SELECT regexp_replace(found[1], '[ .-]', '', 'g') AS digits
            FROM regexp_matches(
                value,
                '(?<![0-9])([0-9]{13,19}|[0-9]{4}(?:[ .-][0-9]{4}){2}[ .-][0-9]{3,7}|[0-9]{4}[ .-][0-9]{6}[ .-][0-9]{4,5})(?![0-9])',
                'g'
            ) AS found
        ) AS runs
        WHERE CASE
            WHEN digits ~ '^4' THEN length(digits) IN (13, 16, 19)
            WHEN digits ~ '^(5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01])' THEN length(digits) = 16
            WHEN digits ~ '^3[47]' THEN length(digits) = 15
            WHEN digits ~ '^(6011|64[4-9]|65|62|352[89]|35[3-8])' THEN length(digits) BETWEEN 16 AND 19
            WHEN digits ~ '^(36|38|39|30[0-5])' THEN length(digits) BETWEEN 14 AND 19
            ELSE digits ~ '^(50|5[6-8]|67)'
        END AND (
            SELECT sum(CASE WHEN place % 2 = 1 THEN digit ELSE digit * 2 / 10 + digit * 2 % 10 END) % 10 = 0
            FROM (
                SELECT place, substr(reverse(digits), place, 1)::integer AS digit
                FROM generate_series(1, length(digits)) AS place
            ) AS weighed
        )
    )
$$;
