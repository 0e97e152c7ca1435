"""Makes the workbooks beside it: python3 make.py, with xlwt 1.3 and openpyxl 3.1. Everybody in them is invented."""
import datetime
import openpyxl
import xlwt

GIVEN = ["Joan", "Eric", "Peace", "Molly", "Hazel", "Zsófia", "Amélia", "Jack", "Wendy", "Łucja"]
FAMILY = ["Pickering", "Waters", "Ogunleye", "O'Connell", "Dixon", "Nagy", "Simões", "Bond", "Thorpe", "Wójcik"]


def person(n):
    born = datetime.date(1960 + n % 40, n % 12 + 1, n % 28 + 1)
    return GIVEN[n % 10], FAMILY[(n // 10 + n) % 10], born, "07700900%03d" % (n % 1000), "CO%d 5JL" % (n % 15 + 1)


def old():
    book = xlwt.Workbook()
    date = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    oak = book.add_sheet("Oak House")
    oak.write_merge(0, 0, 0, 5, "STAFF LIST - Oak House")
    for at, heading in enumerate(["Ward", "Surname", "Forename", "D.O.B.", "Mobile", "Home postcode", "Notes"]):
        oak.write(2, at, heading)
    row = 3
    for ward in range(40):
        # The ward's name stands once, merged down over its ten staff.
        oak.write_merge(row, row + 9, 0, 0, "Ward %d" % (ward + 1))
        for _ in range(10):
            n = row - 3
            given, family, born, mobile, postcode = person(n)
            oak.write(row, 1, family)
            oak.write(row, 2, given)
            oak.write(row, 3, born, date)
            # Every other number has lost its zero to the spreadsheet.
            oak.write(row, 4, mobile if n % 2 else int(mobile))
            oak.write(row, 5, postcode)
            oak.write(row, 6, "note %d ĉ " % n + "x" * (n % 90))
            row += 1
    oak.write(row + 1, 0, "Total")
    oak.write(row + 1, 1, xlwt.Formula("COUNTA(B4:B403)"))
    elm = book.add_sheet("Elm Lodge")
    for at, heading in enumerate(["Name", "Birth date", "Phone", "Base"]):
        elm.write(0, at, heading)
    for n in range(5):
        given, family, born, mobile, _ = person(500 + n)
        for at, value in enumerate(["%s, %s" % (family, given), born, mobile, "Elm"]):
            elm.write(n + 1, at, value, date if at == 1 else xlwt.easyxf(""))
    hidden = book.add_sheet("old")
    hidden.visibility = 1
    for at, heading in enumerate(["Surname", "Forename", "DOB"]):
        hidden.write(0, at, heading)
    hidden.write(1, 0, "Bloggs")
    hidden.write(1, 1, "Joe")
    book.save("homes.xls")


def uncalculated():
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Staff"
    sheet.append(["Staff no", "First", "Surname", "Name", "DOB", "Mobile"])
    for n in range(6):
        given, family, born, mobile, _ = person(n)
        sheet.append([1000 + n, given, family, "=B%d&\" \"&C%d" % (n + 2, n + 2), born, "=\"0\"&7700900%03d" % n])
    sheet.append(["=COUNTA(A2:A7)"])
    book.save("uncalculated.xlsx")


def only_hidden():
    book = openpyxl.Workbook()
    book.active.title = "Summary"
    book.active.append(["Staff by ward"])
    book.active.append(["Ward A", 3])
    sheet = book.create_sheet("data")
    sheet.sheet_state = "hidden"
    sheet.append(["Surname", "Forename", "DOB"])
    for n in range(3):
        given, family, born, _, _ = person(n)
        sheet.append([family, given, born])
    book.save("only_hidden.xlsx")


old()
uncalculated()
only_hidden()
