"""The flow of units from sites through stages to demand: a Sankey diagram for every period, drawn here."""
