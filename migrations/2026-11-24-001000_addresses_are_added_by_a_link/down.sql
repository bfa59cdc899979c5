DROP TABLE address_claims;
