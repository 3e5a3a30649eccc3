"""A small recipe in the style of the sequential metalation, for tests."""

POM = """\
autosynth: 1
title: Sequential metalation of a trivacant silicotungstate
source: Minato et al., J. Am. Chem. Soc. 2021, 143, 12809
needs: {reactor: stirred_vessel, liquids: liquid_handler, cell: measuring_cell, vial: vessel}
reagents:
  SiW9: {formula: "TBA4H6[SiW9O34]", requires: 9 to 11 mmol/L in acetone}
  Mn: {species: Mn(acac)3, formula: Mn(C5H7O2)3, requires: 45 to 55 mmol/L in acetone}
  Ag: {species: AgOTf}
  Na: {species: NaOTf}
parameters:
  cap: {default: 2.2, min: 2.0, max: 2.2, about: most A+ per cluster before stopping}
  dose: {default: 0.5 mL, max: 1 mL}
  A: {default: Ag, one_of: [Ag, Na]}
define: {cluster: {per: {SiW9: 2}, charge: 25 umol}}
overrides:
  - {rule: CV-AG, reason: the electrode is polished}
steps:
  - add: {reagent: SiW9, to: reactor, equivalents: 2, of: charged cluster, rate: 2 mL/min}
  - stir: {vessel: reactor, speed: 400 rpm}
  - add: {reagent: Mn, to: reactor, volume: dose * 2}
  - wait: {for: 60 min, tolerance: 10 min}
  - repeat:
      name: titrate A+
      at_most: cap / 0.1
      until: change(cv.IA2) < 2 points for 2 rounds
      at_cap: accept
      steps:
        - add: {reagent: A, to: reactor, equivalents: 0.1, of: cluster in reactor}
        - wait: 2 min
        - measure:
            voltammetry: {begin: 0.4 V, vertex1: -1.2 V, vertex2: 0.4 V}
            in: cell
            of: reactor
            sample: 0.2 mL
            as: cv
            until: {change IA2: 0.25 %}
  - when:
      condition: cv.IA2 > 0.9
      then:
        - note: done
      else:
        - operator: {prompt: Weigh it, likely: 5 min, enter: {name: mass, unit: mg, min: 1 mg}}
        - add: {reagent: Na, to: reactor, mass: mass / 2}
  - parallel:
      branches:
        - [wait: 5 min]
        - [clean: {vessel: cell, with: Na, volume: 1 mL, times: 2}]
"""
