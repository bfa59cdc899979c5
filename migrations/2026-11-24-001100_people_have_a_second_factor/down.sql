DROP TABLE begun_sign_ins;
DROP TABLE recovery_codes;
DROP TABLE second_factors;
