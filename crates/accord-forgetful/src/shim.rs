//! Between SQLite and the files: hands everything on to SQLite's own file system and writes down what changes a file.
//!
//! All unsafe code of the project stands here. What it relies on is SQLite's own contract for such a layer
//! (<https://sqlite.org/vfs.html>): SQLite calls a file's functions only with a file that `xOpen` filled and `xClose` has
//! not ended, one thread at a time, and gives `szOsFile` bytes for it, aligned to eight.

use crate::journal::{Known, Op, known, note};
use rusqlite::ffi::{
    SQLITE_CANTOPEN, SQLITE_IOERR, SQLITE_OK, SQLITE_OPEN_MAIN_DB, SQLITE_OPEN_MAIN_JOURNAL, SQLITE_OPEN_WAL,
    sqlite3_file, sqlite3_filename, sqlite3_int64, sqlite3_io_methods, sqlite3_vfs, sqlite3_vfs_find,
    sqlite3_vfs_register,
};
use std::ffi::{CStr, OsStr, c_char, c_int, c_void};
use std::mem::size_of;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::ptr::null_mut;
use std::sync::OnceLock;

/// Ours before, SQLite's own file in the bytes behind.
#[repr(C)]
struct File {
    base: sqlite3_file,
    real: *mut sqlite3_file,
    known: *mut Known,
}

/// SQLite's own file system, which it never takes back.
struct Real(*mut sqlite3_vfs);
// SAFETY: SQLite's file systems are called from any thread; after `install` the pointer is only read.
unsafe impl Send for Real {}
// SAFETY: as above.
unsafe impl Sync for Real {}

static REAL: OnceLock<Real> = OnceLock::new();

/// Makes this layer the way by which every SQLite connection of the process opens its files from now on. More than once
/// is once.
pub fn install() {
    REAL.get_or_init(|| {
        // SAFETY: a null name asks for the default file system; it is there as long as the process.
        let real = unsafe { sqlite3_vfs_find(std::ptr::null()) };
        assert!(!real.is_null(), "SQLite has a file system of its own");
        // SAFETY: the pointer was just found to be one; the structure is plain data and copied whole. Functions that are
        // not replaced ignore which file system they are called through, but for two numbers in it that are the same.
        let mut ours = unsafe { std::ptr::read(real) };
        ours.szOsFile += c_int::try_from(size_of::<File>()).unwrap_or(c_int::MAX);
        ours.zName = c"forgetful".as_ptr();
        ours.pNext = null_mut();
        ours.xOpen = Some(open);
        ours.xDelete = Some(delete);
        let ours = Box::leak(Box::new(ours));
        // SAFETY: the structure and its name live as long as the process.
        let done = unsafe { sqlite3_vfs_register(ours, 1) };
        assert_eq!(done, SQLITE_OK, "SQLite takes another file system");
        Real(real)
    });
}

fn real() -> *mut sqlite3_vfs {
    REAL.get().map_or(null_mut(), |real| real.0)
}

fn path<'p>(name: *const c_char) -> Option<&'p Path> {
    if name.is_null() {
        return None;
    }
    // SAFETY: SQLite gives names as strings that end with a nought and live as long as the file or the call.
    let name = unsafe { CStr::from_ptr(name) };
    Some(Path::new(OsStr::from_bytes(name.to_bytes())))
}

unsafe extern "C" fn open(
    _: *mut sqlite3_vfs,
    name: sqlite3_filename,
    file: *mut sqlite3_file,
    flags: c_int,
    out: *mut c_int,
) -> c_int {
    let ours = file.cast::<File>();
    // SAFETY: SQLite gave szOsFile bytes, which is ours and then the real file's.
    let behind = unsafe { ours.add(1) }.cast::<sqlite3_file>();
    let vfs = real();
    // SAFETY: `install` found the real file system before anybody could get here.
    let Some(open) = (unsafe { (*vfs).xOpen }) else { return SQLITE_CANTOPEN };
    // SAFETY: the bytes behind are the real file's own size and alignment.
    let done = unsafe { open(vfs, name, behind, flags, out) };
    let kept = flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL) != 0;
    let known = if kept && done == SQLITE_OK { path(name).and_then(known) } else { None };
    let known = known.map_or(null_mut(), |known| Box::into_raw(Box::new(known)));
    // Without functions SQLite does not close a file that could not be opened.
    let methods = if done == SQLITE_OK { &raw const METHODS } else { std::ptr::null() };
    // SAFETY: the bytes are ours to fill.
    unsafe { ours.write(File { base: sqlite3_file { pMethods: methods }, real: behind, known }) };
    done
}

unsafe extern "C" fn delete(_: *mut sqlite3_vfs, name: *const c_char, sync: c_int) -> c_int {
    let vfs = real();
    // SAFETY: as in `open`.
    let Some(delete) = (unsafe { (*vfs).xDelete }) else { return SQLITE_IOERR };
    // SAFETY: the arguments are SQLite's own.
    let done = unsafe { delete(vfs, name, sync) };
    if done == SQLITE_OK
        && let Some(known) = path(name).and_then(known)
    {
        note(&known, Op::Delete { file: known.file.clone(), synced: sync != 0 });
    }
    done
}

/// The real file, and whom to tell.
///
/// # Safety
/// `file` was filled by [`open`] and is not closed.
unsafe fn parts<'f>(file: *mut sqlite3_file) -> (*mut sqlite3_file, Option<&'f Known>) {
    // SAFETY: the caller's promise; `known` is null or a box that only `close` ends.
    let ours = unsafe { &*file.cast::<File>() };
    // SAFETY: as above.
    (ours.real, unsafe { ours.known.as_ref() })
}

unsafe extern "C" fn close(file: *mut sqlite3_file) -> c_int {
    let done = hand_on(file, |real, methods| match methods.xClose {
        // SAFETY: the real file is open; this ends it.
        Some(close) => unsafe { close(real) },
        None => SQLITE_IOERR,
    });
    // SAFETY: SQLite calls this once; the box was made in `open` and nobody else ends it.
    unsafe {
        let known = (*file.cast::<File>()).known;
        if !known.is_null() {
            drop(Box::from_raw(known));
        }
    }
    done
}

fn hand_on(file: *mut sqlite3_file, to: impl FnOnce(*mut sqlite3_file, &sqlite3_io_methods) -> c_int) -> c_int {
    // SAFETY: only called by the functions below, with SQLite's own argument.
    let (real, _) = unsafe { parts(file) };
    // SAFETY: `open` succeeded, so the real file has functions.
    to(real, unsafe { &*(*real).pMethods })
}

/// Hands a call on and, if it went well, writes down what it did.
fn noted(
    file: *mut sqlite3_file,
    to: impl FnOnce(*mut sqlite3_file, &sqlite3_io_methods) -> c_int,
    op: impl FnOnce(String) -> Op,
) -> c_int {
    let done = hand_on(file, to);
    // SAFETY: as in `hand_on`.
    if let (SQLITE_OK, (_, Some(known))) = (done, unsafe { parts(file) }) {
        note(known, op(known.file.clone()));
    }
    done
}

macro_rules! call {
    ($methods:ident . $name:ident ( $($argument:expr),* )) => {
        match $methods.$name {
            // SAFETY: the real file with SQLite's own arguments.
            Some(function) => unsafe { function($($argument),*) },
            None => SQLITE_IOERR,
        }
    };
}

unsafe extern "C" fn write(file: *mut sqlite3_file, from: *const c_void, len: c_int, at: sqlite3_int64) -> c_int {
    noted(
        file,
        |real, methods| call!(methods.xWrite(real, from, len, at)),
        |file| {
            // SAFETY: SQLite gives so many bytes.
            let bytes = unsafe { std::slice::from_raw_parts(from.cast::<u8>(), usize::try_from(len).unwrap_or(0)) };
            Op::Write { file, at: usize::try_from(at).unwrap_or(0), bytes: bytes.to_vec() }
        },
    )
}

unsafe extern "C" fn truncate(file: *mut sqlite3_file, len: sqlite3_int64) -> c_int {
    noted(
        file,
        |real, methods| call!(methods.xTruncate(real, len)),
        |file| Op::Truncate { file, len: usize::try_from(len).unwrap_or(0) },
    )
}

unsafe extern "C" fn sync(file: *mut sqlite3_file, flags: c_int) -> c_int {
    noted(file, |real, methods| call!(methods.xSync(real, flags)), |file| Op::Sync { file })
}

macro_rules! handed_on {
    ($($ours:ident $real:ident ( $($argument:ident : $kind:ty),* );)*) => {$(
        unsafe extern "C" fn $ours(file: *mut sqlite3_file $(, $argument: $kind)*) -> c_int {
            hand_on(file, |real, methods| call!(methods.$real(real $(, $argument)*)))
        }
    )*};
}

handed_on! {
    read xRead(to: *mut c_void, len: c_int, at: sqlite3_int64);
    size xFileSize(len: *mut sqlite3_int64);
    lock xLock(level: c_int);
    unlock xUnlock(level: c_int);
    reserved xCheckReservedLock(held: *mut c_int);
    control xFileControl(op: c_int, argument: *mut c_void);
    sector xSectorSize();
    traits xDeviceCharacteristics();
    shm_map xShmMap(page: c_int, len: c_int, extend: c_int, to: *mut *mut c_void);
    shm_lock xShmLock(from: c_int, n: c_int, flags: c_int);
    shm_unmap xShmUnmap(delete: c_int);
}

unsafe extern "C" fn shm_barrier(file: *mut sqlite3_file) {
    hand_on(file, |real, methods| {
        if let Some(barrier) = methods.xShmBarrier {
            // SAFETY: the real file.
            unsafe { barrier(real) };
        }
        SQLITE_OK
    });
}

/// Version 2: without reading by memory map, which would go round us.
static METHODS: sqlite3_io_methods = sqlite3_io_methods {
    iVersion: 2,
    xClose: Some(close),
    xRead: Some(read),
    xWrite: Some(write),
    xTruncate: Some(truncate),
    xSync: Some(sync),
    xFileSize: Some(size),
    xLock: Some(lock),
    xUnlock: Some(unlock),
    xCheckReservedLock: Some(reserved),
    xFileControl: Some(control),
    xSectorSize: Some(sector),
    xDeviceCharacteristics: Some(traits),
    xShmMap: Some(shm_map),
    xShmLock: Some(shm_lock),
    xShmBarrier: Some(shm_barrier),
    xShmUnmap: Some(shm_unmap),
    xFetch: None,
    xUnfetch: None,
};
