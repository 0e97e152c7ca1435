-- Sites, sessions, slots, products, deliveries, stock, travel. Owner: clinic.

CREATE TABLE product (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX product_code_key ON product (partnership_id, code);

CREATE TABLE site (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL,
  address TEXT NOT NULL,
  postcode TEXT NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  lon DOUBLE PRECISION NOT NULL,
  district TEXT NOT NULL,
  phone TEXT NOT NULL,
  access BIGINT NOT NULL,
  note TEXT NOT NULL,
  ods_code TEXT,
  icb TEXT,
  region TEXT,
  site_type TEXT,
  slots_owner TEXT NOT NULL CHECK (slots_owner IN ('accord', 'partner')),
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX site_code_key ON site (partnership_id, code);

CREATE TABLE session (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  date TEXT NOT NULL,
  from_minute BIGINT NOT NULL,
  until_minute BIGINT NOT NULL,
  slot_minutes BIGINT NOT NULL,
  stations BIGINT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  version BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT session_times CHECK (from_minute < until_minute AND slot_minutes > 0 AND stations > 0)
);
CREATE UNIQUE INDEX session_start_key ON session (partnership_id, site_id, date, from_minute, product_id);

CREATE TABLE slot (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  session_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  host_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  date TEXT NOT NULL,
  start_minute BIGINT NOT NULL,
  starts_us BIGINT NOT NULL,
  minutes BIGINT NOT NULL,
  capacity BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, id),
  CONSTRAINT slot_capacity CHECK (taken >= 0 AND taken <= capacity)
);
CREATE INDEX slot_by_session ON slot (partnership_id, session_id);
CREATE INDEX slot_by_site ON slot (partnership_id, site_id, date, start_minute);

CREATE TABLE delivery (
  partnership_id TEXT NOT NULL,
  id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  arrives_on TEXT NOT NULL,
  doses BIGINT NOT NULL CHECK (doses > 0),
  PRIMARY KEY (partnership_id, id)
);
CREATE UNIQUE INDEX delivery_day_key ON delivery (partnership_id, site_id, product_id, arrives_on);

-- Doses as running totals: a row for each time from one delivery to the next, the first from the beginning
-- of time with no dose at all, the last without end. delivered and taken count all up to the row's end: a
-- booking takes from the row of its day and from every later one, so no day can use what arrives after it.
-- A site and product without rows is not tracked.
CREATE TABLE stock (
  partnership_id TEXT NOT NULL,
  site_id TEXT NOT NULL,
  product_id TEXT NOT NULL,
  from_date TEXT NOT NULL,
  until_date TEXT NOT NULL,
  delivered BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, site_id, product_id, from_date),
  CONSTRAINT stock_doses CHECK (taken >= 0 AND taken <= delivered)
);

-- Minutes by car over land between postcode sectors, smaller sector first.
CREATE TABLE travel (
  partnership_id TEXT NOT NULL,
  from_sector TEXT NOT NULL,
  to_sector TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  PRIMARY KEY (partnership_id, from_sector, to_sector)
);
