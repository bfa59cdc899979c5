CREATE OR REPLACE FUNCTION holds_no_card_number(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value !~ '([0-9][ .-]?){13,}'
$$;
