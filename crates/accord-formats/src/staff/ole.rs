//! The container of old Office files: sectors chained by a table, found by a directory. No size in it is believed: every
//! chain ends after as many sectors as the file has.

/// A container.
pub(super) struct Ole<'b> {
    bytes: &'b [u8],
    shift: u32,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini: Vec<u8>,
    cutoff: u64,
    entries: Vec<Entry>,
}

struct Entry {
    name: String,
    start: u32,
    size: u64,
}

const END: u32 = 0xffff_fff0;
const MINI_SHIFT: u32 = 6;

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

impl<'b> Ole<'b> {
    /// Opens a container; none where it is damaged.
    pub(super) fn open(bytes: &'b [u8]) -> Option<Self> {
        let shift = u32::from(u16_at(bytes, 30)?);
        if !(9..=12).contains(&shift) {
            return None;
        }
        let mut ole = Self {
            bytes,
            shift,
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini: Vec::new(),
            cutoff: u64::from(u32_at(bytes, 56)?),
            entries: Vec::new(),
        };
        ole.read_fat()?;
        let directory = ole.chain(u32_at(bytes, 48)?, u64::MAX);
        ole.entries = directory.as_chunks::<128>().0.iter().filter_map(|e| entry(e)).collect();
        let root = ole.entries.first()?;
        let (start, size) = (root.start, root.size);
        ole.mini = ole.chain(start, size);
        let mini_fat = ole.chain(u32_at(bytes, 60)?, u64::MAX);
        ole.mini_fat = words(&mini_fat);
        Some(ole)
    }

    fn sectors(&self) -> usize {
        (self.bytes.len() >> self.shift) + 1
    }

    fn sector(&self, number: u32) -> &'b [u8] {
        let start = (number as usize).saturating_add(1) << self.shift;
        let end = start.saturating_add(1 << self.shift).min(self.bytes.len());
        self.bytes.get(start..end).unwrap_or(&[])
    }

    /// The table of sectors: its own sectors are listed in the header, and from there in a chain.
    fn read_fat(&mut self) -> Option<()> {
        let mut listed: Vec<u32> = (0..109).filter_map(|n| u32_at(self.bytes, 76 + 4 * n)).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let mut steps = 0;
        while next < END && steps < self.sectors() {
            let mut more = words(self.sector(next));
            next = more.pop().unwrap_or(END);
            listed.extend(more);
            steps += 1;
        }
        for sector in listed.into_iter().filter(|s| *s < END).take(self.sectors()) {
            let more = words(self.sector(sector));
            self.fat.extend(more);
        }
        (!self.fat.is_empty()).then_some(())
    }

    fn chain(&self, start: u32, size: u64) -> Vec<u8> {
        let mut data = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < END && steps < self.sectors() && (data.len() as u64) < size {
            data.extend_from_slice(self.sector(next));
            next = self.fat.get(next as usize).copied().unwrap_or(END);
            steps += 1;
        }
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        data
    }

    fn mini_chain(&self, start: u32, size: u64) -> Vec<u8> {
        let mut data = Vec::new();
        let mut next = start;
        let mut steps = 0;
        while next < END && steps <= self.mini.len() >> MINI_SHIFT && (data.len() as u64) < size {
            let from = (next as usize) << MINI_SHIFT;
            let to = (from + (1 << MINI_SHIFT)).min(self.mini.len());
            data.extend_from_slice(self.mini.get(from..to).unwrap_or(&[]));
            next = self.mini_fat.get(next as usize).copied().unwrap_or(END);
            steps += 1;
        }
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        data
    }

    /// The bytes of a stream of this name.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let entry = self.entries.iter().skip(1).find(|e| e.name.eq_ignore_ascii_case(name))?;
        Some(if entry.size < self.cutoff {
            self.mini_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        })
    }

    /// True where the container has an entry of this name.
    pub(super) fn has(&self, name: &str) -> bool {
        self.entries.iter().any(|e| e.name.eq_ignore_ascii_case(name))
    }
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.as_chunks::<4>().0.iter().map(|w| u32::from_le_bytes(*w)).collect()
}

fn entry(bytes: &[u8]) -> Option<Entry> {
    let length = usize::from(u16_at(bytes, 64)?).min(64) / 2;
    let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().take(length).map(|u| u16::from_le_bytes(*u)).collect();
    let name = String::from_utf16_lossy(&units).trim_end_matches('\0').to_owned();
    let size = u64::from(u32_at(bytes, 120)?);
    Some(Entry { name, start: u32_at(bytes, 116)?, size })
}
