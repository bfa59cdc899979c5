CREATE TABLE billing_details (
    organization_id uuid CONSTRAINT billing_details_one_per_organization PRIMARY KEY
        CONSTRAINT billing_details_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    cardholder text NOT NULL,
    address_line_1 text NOT NULL,
    address_line_2 text NOT NULL DEFAULT '',
    city text NOT NULL,
    region text NOT NULL DEFAULT '',
    postal_code text NOT NULL DEFAULT '',
    country text NOT NULL,
    contact_email text NOT NULL,
    version integer NOT NULL DEFAULT 1,
    modified_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT billing_details_are_plain_lines CHECK (is_plain_line(cardholder || address_line_1 || address_line_2 || city || region || postal_code)),
    CONSTRAINT billing_details_are_short CHECK (greatest(length(cardholder), length(address_line_1), length(address_line_2), length(city), length(region)) <= 120 AND length(postal_code) <= 20),
    CONSTRAINT billing_details_countries_are_iso_codes CHECK (country ~ '^[A-Z]{2}$'),
    CONSTRAINT billing_details_contact_is_lower_case_ascii CHECK (contact_email ~ '^[!-~]{3,254}$' AND contact_email = lower(contact_email COLLATE "C")),
    CONSTRAINT billing_details_hold_no_card_number CHECK (
        holds_no_card_number(cardholder) AND holds_no_card_number(address_line_1) AND holds_no_card_number(address_line_2)
        AND holds_no_card_number(city) AND holds_no_card_number(region) AND holds_no_card_number(postal_code))
);
COMMENT ON TABLE billing_details IS 'Who pays, and where the bill goes.';

CREATE TABLE cards (
    organization_id uuid CONSTRAINT cards_one_per_organization PRIMARY KEY
        CONSTRAINT cards_have_an_organization REFERENCES organizations ON DELETE CASCADE,
    brand text NOT NULL,
    last_four text NOT NULL,
    expiry_month smallint NOT NULL,
    expiry_year smallint NOT NULL,
    provider_reference text,
    modified_at timestamptz NOT NULL DEFAULT roster_now(),
    CONSTRAINT cards_keep_four_digits_only CHECK (last_four ~ '^[0-9]{4}$'),
    CONSTRAINT cards_brands_are_words CHECK (brand ~ '^[A-Za-z ]{2,30}$'),
    CONSTRAINT cards_expire_in_a_month CHECK (expiry_month BETWEEN 1 AND 12 AND expiry_year BETWEEN 2020 AND 2099)
);
COMMENT ON TABLE cards IS 'What may be kept of a card: never its number, never its CVC (PCI DSS 3.3.1.2, 3.5.1).';
COMMENT ON COLUMN cards.provider_reference IS 'How a payment provider names the card; empty until one is set, and nothing can be charged then.';
