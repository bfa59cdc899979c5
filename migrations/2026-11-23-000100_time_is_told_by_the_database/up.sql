-- Every expiry is decided by this clock, never by the clock of a web server
-- (a wrong one would revive what has lapsed). The setting `roster.clock_offset`,
-- in seconds, exists for demonstrations and tests alone, and for one session of
-- the database at a time.
CREATE FUNCTION roster_now() RETURNS timestamptz LANGUAGE sql VOLATILE PARALLEL SAFE AS $$
    SELECT clock_timestamp()
         + make_interval(secs => coalesce(nullif(current_setting('roster.clock_offset', true), ''), '0')::float8)
$$;

-- What a person may type as text of one line: no control characters, nothing that
-- turns the direction of what follows, nothing invisible.
CREATE FUNCTION is_plain_line(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value !~ '[\u0001-\u001f\u007f-\u009f\u061c\u115f\u1160\u180e\u2800\u3164\uffa0\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\uffff]'
$$;

-- A run of 13 to 19 digits, spaced or not, may be a card number: it is refused wherever
-- free text is kept. The application tells the person; this is the backstop.
CREATE FUNCTION holds_no_card_number(value text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT value !~ '([0-9][ .-]?){13,}'
$$;
