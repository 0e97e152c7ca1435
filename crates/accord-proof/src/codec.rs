//! Little-endian primitives of the file format.

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadError {
    /// It does not start like a file of this kind.
    WrongKind,
    /// It is of a version this program does not know.
    UnknownVersion(u16),
    /// It ends before it should.
    Truncated,
    /// Bytes follow after its end.
    TrailingBytes(usize),
    /// A value that cannot stand where it does; says which.
    BadValue(&'static str),
}

impl std::fmt::Display for ReadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::WrongKind => f.write_str("this is not a file of the kind expected"),
            Self::UnknownVersion(v) => {
                write!(f, "version {v} of the file format is not known here")
            }
            Self::Truncated => f.write_str("the file ends too early"),
            Self::TrailingBytes(n) => write!(f, "{n} bytes follow after the end of the file"),
            Self::BadValue(what) => write!(f, "the file holds a value that cannot be: {what}"),
        }
    }
}

impl std::error::Error for ReadError {}

#[derive(Default)]
pub(crate) struct Writer(pub Vec<u8>);

impl Writer {
    pub fn u8(&mut self, x: u8) {
        self.0.push(x);
    }
    pub fn u16(&mut self, x: u16) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn u32(&mut self, x: u32) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn u64(&mut self, x: u64) {
        self.0.extend(x.to_le_bytes());
    }
    pub fn i64(&mut self, x: i64) {
        self.0.extend(x.to_le_bytes());
    }
    /// `None` is written as the largest value, which no index reaches.
    pub fn option_u32(&mut self, x: Option<u32>) {
        self.u32(x.unwrap_or(u32::MAX));
    }
    /// A count, then each item.
    pub fn list<T>(&mut self, items: &[T], mut each: impl FnMut(&mut Self, &T)) {
        self.u32(u32::try_from(items.len()).expect("a problem has far fewer than 2^32 items"));
        for item in items {
            each(self, item);
        }
    }
}

pub(crate) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        let (head, rest) = self.0.split_first_chunk::<N>().ok_or(ReadError::Truncated)?;
        self.0 = rest;
        Ok(*head)
    }

    pub fn bytes<const N: usize>(&mut self) -> Result<[u8; N], ReadError> {
        self.take::<N>()
    }
    pub fn u8(&mut self) -> Result<u8, ReadError> {
        Ok(self.take::<1>()?[0])
    }
    pub fn u16(&mut self) -> Result<u16, ReadError> {
        self.take().map(u16::from_le_bytes)
    }
    pub fn u32(&mut self) -> Result<u32, ReadError> {
        self.take().map(u32::from_le_bytes)
    }
    pub fn u64(&mut self) -> Result<u64, ReadError> {
        self.take().map(u64::from_le_bytes)
    }
    pub fn i64(&mut self) -> Result<i64, ReadError> {
        self.take().map(i64::from_le_bytes)
    }
    pub fn option_u32(&mut self) -> Result<Option<u32>, ReadError> {
        Ok(Some(self.u32()?).filter(|x| *x != u32::MAX))
    }
    pub fn list<T>(&mut self, mut each: impl FnMut(&mut Self) -> Result<T, ReadError>) -> Result<Vec<T>, ReadError> {
        let count = self.u32()? as usize;
        // A count is believed only as far as the bytes left could hold it: a damaged file must not take all memory.
        let mut items = Vec::with_capacity(count.min(self.0.len()));
        for _ in 0..count {
            items.push(each(self)?);
        }
        Ok(items)
    }
    pub fn end(&self) -> Result<(), ReadError> {
        match self.0.len() {
            0 => Ok(()),
            n => Err(ReadError::TrailingBytes(n)),
        }
    }
}
