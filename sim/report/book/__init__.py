"""A run, a study, a comparison or a judgement as one workbook for a spreadsheet program."""
