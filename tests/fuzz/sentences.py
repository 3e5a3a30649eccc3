"""What hosts say and the transcripts do not have: orders of the pump, a script, SCPI, documents."""

ORDERS = (
    "ZR",
    "YR",
    "A3000R",
    "A0R",
    "I3R",
    "O1R",
    "P300R",
    "D20R",
    "V900A100R",
    "L7c50v50A9R",
    "gI1A30G3R",
    "M50R",
    "Q",
    "?",
    "?6",
    "&",
    "F",
    "T",
    "X",
    "K12R",
    "N1R",
    "h20R",
    "gA9gA0G0G3R",
)
"""Command strings of the pump, without a frame."""

INFUSIONS = (
    "",
    "RUN",
    "STP",
    "DIA14.57",
    "RAT5.000MM",
    "RAT600.0UM",
    "RAT2.5",
    "VOL0.250",
    "VOLML",
    "VOLUL",
    "DIRWDR",
    "DIRREV",
    "DIS",
    "CLDINF",
    "PHN2",
    "FUNRAT",
    "SAF3",
    "SAF0",
    "VER",
)
"""Commands of an NE-1000, without address and frame."""

DOSINGS = (
    b"SI\r\n",
    b"Z\r\n",
    b"@\r\n",
    b"QRD 1 1 5 50\r\n",
    b"QRA 61 1\r\n",
    b"QRA 61 1\r\n",
    b"QRA 61 4\r\n",
    b"QRA 60 7 3\r\n",
    b"QRA 60 2 3\r\n",
    b"QRD 2 4 11\r\n",
    b"QRD 2 4 12\r\n",
)
"""Lines for a balance with a dosing head."""

SCRIPT = b"""e
var E
var I
set_pgstat_chan 0
set_pgstat_mode 2
set_range ba 100u
set_e -100m
cell_on
wait 20m
loop 1i < 2i
meas_loop_cv E I -100m 100m -100m 50m 100m nscans(2)
pck_start
pck_add E
pck_add I
pck_end
endloop
if E > I
abort
else
add_var E 5m
endif
breakloop
endloop
on_finished:
cell_off

"""
"""A script with every kind of block."""

SCPI = tuple(
    line.encode() + b"\n"
    for line in (
        "*RST",
        'SENS:FUNC "CURR"',
        "SOUR:VOLT 0.5;ILIM 0.01",
        "OUTP ON",
        "OUTP?;READ?",
        "INIT",
        "ABOR",
        "SOUR:LIST:VOLT 0,0.1,0.2",
        'SOUR:SWE:VOLT:LIST 1, 0.1, 2, OFF, "defbuffer1"',
        "TRAC:ACT?",
        "SOUR:SWE:VOLT:LIN 0, 1, 20, 1e-2, 2",
        "SOUR:SWE:VOLT:LIN:STEP 0, 1, 0.1",
        'TRAC:MAKE "b2", 100',
        'TRAC:DATA? 1, 3, "defbuffer1", SOUR, READ, REL',
        "*OPC?",
        "SYST:ERR?;:SYST:ERR:COUN?",
    )
)
"""Messages to the source-measure unit."""

_EXTENDED = '<Option name="Number" value="4"/><Option name="PulseAngle" value="90"/>'
REQUESTS = tuple(
    f'<?xml version="1.0" encoding="utf-8"?>\n<Message>{body}</Message>'.encode()
    for body in (
        "<HardwareRequest/>",
        "<AvailableProtocolOptionsRequest/>",
        "<Abort/>",
        "<CheckShimRequest/>",
        '<Start protocol="1D PROTON"><Option name="Scan" value="QuickScan"/></Start>',
        f'<Start protocol="1D EXTENDED+">{_EXTENDED}</Start>',
        f'<EstimateDurationRequest protocol="1D EXTENDED+">{_EXTENDED}</EstimateDurationRequest>',
        "<Set><DataFolder><UserFolder>C:\\Data\\autosynth\\a</UserFolder></DataFolder></Set>",
        "<Set><UserData><Data key='k' value='v'/></UserData></Set>",
        "<DataFolder><TimeStamp>x</TimeStamp></DataFolder>",
        "<GetRequest><Sample/><UserData/></GetRequest>",
        "<Set><Solvent>D2O</Solvent></Set>",
    )
)
"""Documents to the spectrometer."""
