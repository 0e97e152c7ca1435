//! Delimited text, written as spreadsheets write it.

/// Appends one record: cells with the delimiter, quotes or line breaks are quoted; ends in LF.
pub(crate) fn push_record<S: AsRef<str>>(out: &mut String, delimiter: char, cells: &[S]) {
    push_cells(out, delimiter, cells);
    out.push('\n');
}

/// The same without the end of the line.
pub(crate) fn push_cells<S: AsRef<str>>(out: &mut String, delimiter: char, cells: &[S]) {
    for (at, cell) in cells.iter().enumerate() {
        if at > 0 {
            out.push(delimiter);
        }
        let cell = cell.as_ref();
        if cell.contains([delimiter, '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_what_needs_quotes_gets_them() {
        let mut out = String::new();
        super::push_record(&mut out, ';', &["a,b", "c;d", "say \"x\"", " e ", ""]);
        assert_eq!(out, "a,b;\"c;d\";\"say \"\"x\"\"\"; e ;\n");
    }
}
