-- number_of_text: a number in any spelling that a decimal cast reads, rounded half-even to six places; NULL beyond 10^20
-- The cast rounds half up, so an exact half after an even digit is cut off before; of what is too
-- large with an exponent it makes other numbers.
CREATE OR REPLACE TEMP MACRO number_of_text(t) AS
  try_cast(
    regexp_replace(
      CASE
        WHEN contains(t, 'e-') THEN CAST(try_cast(t AS DECIMAL(38, 30)) AS VARCHAR)
        WHEN NOT regexp_matches(t, 'e[+]([2-9]|[0-9]{2})[0-9]') THEN t
      END,
      '^(-?[0-9]+[.][0-9]{5}[02468])50*$',
      '\1'
    ) AS DECIMAL(26, 6)
  );

-- plain_number: a text in the plain spelling of a number: no leading zero, no plus, no exponent
CREATE OR REPLACE TEMP MACRO plain_number(t) AS
  CASE WHEN regexp_full_match(t, '-?(0|[1-9][0-9]*)([.][0-9]+)?') THEN number_of_text(t) END;

-- scalar_of: not a list or an object: casts of those can fail, and the engine moves casts out of a CASE
CREATE OR REPLACE TEMP MACRO scalar_of(v) AS
  CASE WHEN NOT (starts_with(variant_typeof(v), 'OBJECT') OR starts_with(variant_typeof(v), 'ARRAY')) THEN v END;

-- list_of: the list, NULL for anything else
CREATE OR REPLACE TEMP MACRO list_of(v) AS
  CASE WHEN starts_with(variant_typeof(v), 'ARRAY') THEN v END;

-- is_number: the value is a number, not a text that spells one
CREATE OR REPLACE TEMP MACRO is_number(v) AS regexp_matches(variant_typeof(v), '^(DOUBLE|U?INT|DECIMAL)');

-- text_of: the text, NULL for anything else
CREATE OR REPLACE TEMP MACRO text_of(v) AS
  CASE WHEN variant_typeof(v) = 'VARCHAR' THEN try_cast(v AS VARCHAR) END;

-- number_of_double: the number that JSON wrote with a point, if six places hold it; the quick way to most
CREATE OR REPLACE TEMP MACRO number_of_double(v) AS
  CASE
    WHEN variant_typeof(v) = 'DOUBLE'
      AND CAST(try_cast(try_cast(v AS DOUBLE) AS DECIMAL(15, 6)) AS DOUBLE) = try_cast(v AS DOUBLE)
    THEN try_cast(try_cast(v AS DOUBLE) AS DECIMAL(26, 6))
  END;

-- own_number: the number, NULL for anything else, texts that spell one included
CREATE OR REPLACE TEMP MACRO own_number(v) AS
  CASE WHEN is_number(v) THEN coalesce(number_of_double(v), number_of_text(try_cast(v AS VARCHAR))) END;

-- whole_of: the number if JSON wrote it as a whole one, not negative: most are, and this is the quick way to them
CREATE OR REPLACE TEMP MACRO whole_of(v) AS
  CASE WHEN variant_typeof(v) = 'UINT64' THEN CAST(try_cast(v AS UBIGINT) AS DECIMAL(26, 6)) END;

-- spelled_number: the spelling of a number, or of the one that a text plainly spells
CREATE OR REPLACE TEMP MACRO spelled_number(v) AS
  CASE
    WHEN is_number(v) THEN try_cast(v AS VARCHAR)
    WHEN variant_typeof(v) = 'VARCHAR'
    THEN regexp_extract(try_cast(v AS VARCHAR), '^-?(0|[1-9][0-9]*)([.][0-9]+)?$')
  END;

-- number_of: the number, or the one that a text plainly spells
-- The value is given a name for all but whole numbers: the engine plans each mention of it anew.
CREATE OR REPLACE TEMP MACRO number_of(v) AS
  coalesce(
    whole_of(v),
    list_transform([v], lambda o: coalesce(number_of_double(o), number_of_text(spelled_number(o))))[1]
  );

-- boolean_of: the boolean, or the one that a text spells
CREATE OR REPLACE TEMP MACRO boolean_of(v) AS
  CASE
    WHEN variant_typeof(v) = 'BOOL_TRUE' THEN TRUE
    WHEN variant_typeof(v) = 'BOOL_FALSE' THEN FALSE
    WHEN text_of(v) = 'true' THEN TRUE
    WHEN text_of(v) = 'false' THEN FALSE
  END;

-- boolean_in_any_case: the boolean, or the one that a text spells in whatever case
CREATE OR REPLACE TEMP MACRO boolean_in_any_case(v) AS
  CASE
    WHEN variant_typeof(v) = 'BOOL_TRUE' OR lower(text_of(v)) = 'true' THEN TRUE
    WHEN variant_typeof(v) = 'BOOL_FALSE' OR lower(text_of(v)) = 'false' THEN FALSE
  END;

-- own_boolean: the boolean, NULL for anything else
CREATE OR REPLACE TEMP MACRO own_boolean(v) AS
  CASE variant_typeof(v) WHEN 'BOOL_TRUE' THEN TRUE WHEN 'BOOL_FALSE' THEN FALSE END;

-- is_absent: there is no value
CREATE OR REPLACE TEMP MACRO is_absent(v) AS variant_typeof(v) IS NULL;

-- is_list: the value is a list
CREATE OR REPLACE TEMP MACRO is_list(v) AS starts_with(variant_typeof(v), 'ARRAY');

-- elements_of: the elements of a list; anything else is its own
CREATE OR REPLACE TEMP MACRO elements_of(v) AS
  CASE WHEN is_list(v) THEN try_cast(list_of(v) AS VARIANT[]) ELSE [v] END;

-- is_present: neither null, nor an empty text, nor an empty list
CREATE OR REPLACE TEMP MACRO is_present(v) AS
  variant_typeof(v) NOT IN ('VARIANT_NULL', 'ARRAY(0)') AND coalesce(text_of(v) <> '', TRUE);

-- distinct_key: equal exactly for equal scalar values of one type; NULL for what cannot be counted
CREATE OR REPLACE TEMP MACRO distinct_key(v) AS
  CASE
    WHEN variant_typeof(v) = 'VARCHAR' THEN nullif('t' || try_cast(scalar_of(v) AS VARCHAR), 't')
    WHEN is_number(v) THEN 'n' || CAST(own_number(v) AS VARCHAR)
    ELSE 'b' || CAST(own_boolean(v) AS VARCHAR)
  END;

-- order_key: equal for equal scalar values, a number being equal to its plain spelling; NULL for others
CREATE OR REPLACE TEMP MACRO order_key(v) AS
  CASE
    WHEN variant_typeof(v) = 'VARCHAR' THEN nullif('v' || try_cast(scalar_of(v) AS VARCHAR), 'v')
    WHEN is_number(v) THEN 'v' || rtrim(rtrim(CAST(own_number(v) AS VARCHAR), '0'), '.')
    ELSE 'b' || CAST(own_boolean(v) AS VARCHAR)
  END;

-- is_object: the value is an object
CREATE OR REPLACE TEMP MACRO is_object(v) AS starts_with(variant_typeof(v), 'OBJECT');

-- fitting: a number that fits, or NULL
CREATE OR REPLACE TEMP MACRO fitting(n) AS try_cast(n AS DECIMAL(26, 6));

-- quotient: n / d of integers, rounded half-even; NULL where d is 0
CREATE OR REPLACE TEMP MACRO quotient(n, d) AS
  list_transform(
    [{n: CAST(n AS HUGEINT), d: CAST(nullif(d, 0) AS HUGEINT)}],
    lambda p: p.n // p.d + CASE
      WHEN 2 * abs(p.n % p.d) > abs(p.d)
        OR (2 * abs(p.n % p.d) = abs(p.d) AND (p.n // p.d) % 2 <> 0)
      THEN CASE WHEN (p.n < 0) = (p.d < 0) THEN 1 ELSE -1 END
      ELSE 0
    END
  )[1];

-- micro: a number as an integer of millionths
CREATE OR REPLACE TEMP MACRO micro(n) AS CAST(try_cast(n AS DECIMAL(32, 6)) * 1000000 AS HUGEINT);

-- of_micro: an integer of millionths as a number, or NULL where it does not fit
CREATE OR REPLACE TEMP MACRO of_micro(m) AS fitting(try_cast(m AS DECIMAL(32, 0)) * 0.000001);

-- product: two numbers multiplied, rounded half-even, NULL where it does not fit
-- Here and in ratio each argument is written down once: they nest, and macros are texts put in.
CREATE OR REPLACE TEMP MACRO product(a, b) AS
  of_micro(quotient(
    list_transform(
      [{a: a, b: b}],
      lambda o: CASE WHEN abs(CAST(o.a AS DOUBLE) * CAST(o.b AS DOUBLE)) < 1e20 THEN micro(o.a) * micro(o.b) END
    )[1],
    1000000
  ));

-- ratio: one number divided by another, rounded half-even, NULL where it does not fit or b is 0
CREATE OR REPLACE TEMP MACRO ratio(a, b) AS
  of_micro(
    list_transform(
      [{a: a, b: b}],
      lambda o: CASE WHEN o.b <> 0 AND abs(CAST(o.a AS DOUBLE) / CAST(o.b AS DOUBLE)) < 1e20
        THEN quotient(micro(o.a) * 1000000, micro(o.b))
      END
    )[1]
  );

-- share: of an amount, the part that falls on some of its units
CREATE OR REPLACE TEMP MACRO share(amount, part, whole) AS
  CASE
    WHEN part = whole THEN amount
    WHEN abs(CAST(amount AS DOUBLE)) < 1e14 AND CAST(whole AS DOUBLE) BETWEEN 0.000001 AND 1e12
      THEN fitting(of_micro(quotient(micro(amount) * micro(part), micro(whole))))
  END;

-- bounded: the instant if it lies between two others, the second excluded
CREATE OR REPLACE TEMP MACRO bounded(i, earliest, latest) AS
  list_transform([i], lambda x: CASE WHEN x >= earliest AND x < latest THEN x END)[1];

-- folded: a text in lower case, the two small sigmas being one letter
CREATE OR REPLACE TEMP MACRO folded(t) AS replace(lower(t), 'ς', 'σ');

-- look: the number of a look, n of less than 2^19, at an instant; the instant can be read out of it (moments.py)
CREATE OR REPLACE TEMP MACRO look(n, moment) AS
  CAST(n AS BIGINT) * 17592186044416 + (moment + 4398046511104);

-- look_at: the instant of a look
CREATE OR REPLACE TEMP MACRO look_at(l) AS (l & 17592186044415) - 4398046511104;
