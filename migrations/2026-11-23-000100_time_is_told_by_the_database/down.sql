DROP FUNCTION holds_no_card_number(text);
DROP FUNCTION is_plain_line(text);
DROP FUNCTION roster_now();
