"""Small files of each kind, written by hand after their formats, and what is wrong with others."""

from collections.abc import Mapping

JCAMP = b"""##TITLE=washed aliquot 3
##JCAMP-DX=4.24
##DATA TYPE=INFRARED SPECTRUM
##XUNITS=1/CM
##YUNITS=ABSORBANCE
##XFACTOR=1.0
##YFACTOR=0.0001
##FIRSTX=1800
##LASTX=1792
##NPOINTS=5
##FIRSTY=0.0123
##XYDATA=(X++(Y..Y))
1800 123 145 160
1794 152 131
##END=
"""
XYE = b"# lambda 0.45411 A\n3.400 120.0 10.95\n3.402 131.0 11.45\n3.404 118.0 10.86\n"
XY = b"' exported\n11.50 120\n11.52 131\n11.54 118\n"
CSV = b"Wavelength (nm),Abs\n440,0.512\n441,0.507\n442,0.499\n"
ICP = b"Sample,Element,Mean,SD,Unit\nrun7,Ru,152100,900,mg/kg\nrun7,Cu,191200,1100,mg/kg\n"
AIF = b"""data_run7
_exptl_adsorptive 'N2'
_exptl_temperature 77.0
_units_pressure kPa
loop_
_adsorp_pressure
_adsorp_p0
_adsorp_amount
0.02 101.3 210.5
1.01 101.3 251.0
10.1 101.3 270.2
"""
MZML = b"""<?xml version="1.0" encoding="utf-8"?>
<mzML xmlns="http://psi.hupo.org/ms/mzml" version="1.1.0" id="run7">
  <run id="run7" defaultInstrumentConfigurationRef="IC1">
    <spectrumList count="1">
      <spectrum index="0" id="scan=1" defaultArrayLength="4">
        <cvParam cvRef="MS" accession="MS:1000511" name="ms level" value="1"/>
        <cvParam cvRef="MS" accession="MS:1000128" name="profile spectrum" value=""/>
        <binaryDataArrayList count="2">
          <binaryDataArray encodedLength="44">
            <cvParam cvRef="MS" accession="MS:1000523" name="64-bit float" value=""/>
            <cvParam cvRef="MS" accession="MS:1000576" name="no compression" value=""/>
            <cvParam cvRef="MS" accession="MS:1000514" name="m/z array" value=""/>
            <binary>AAAAAAB4rkAAAAAAAHmuQAAAAAAAeq5AAAAAAAB7rkA=</binary>
          </binaryDataArray>
          <binaryDataArray encodedLength="24">
            <cvParam cvRef="MS" accession="MS:1000521" name="32-bit float" value=""/>
            <cvParam cvRef="MS" accession="MS:1000576" name="no compression" value=""/>
            <cvParam cvRef="MS" accession="MS:1000515" name="intensity array" value=""/>
            <binary>AACAPwAAQEEAAPBBAADgQA==</binary>
          </binaryDataArray>
        </binaryDataArrayList>
      </spectrum>
    </spectrumList>
  </run>
</mzML>
"""
WHOLE: Mapping[str, bytes] = {
    "a.dx": JCAMP,
    "a.jdx": JCAMP.replace(b"\n", b"\r\n"),
    "b.xye": XYE,
    "b.xy": XY,
    "c.csv": CSV,
    "c2.csv": CSV.replace(b",", b";").replace(b".", b","),
    "d.csv": ICP,
    "e.aif": AIF,
    "f.mzml": MZML,
    "e2.aif": AIF + b"loop_\n_desorp_pressure\n_desorp_amount\n5.1 262.0\n",
}
TECHNIQUE_OF: Mapping[str, str] = {
    "infrared": ".dx",
    "diffraction": ".xye",
    "uv_vis": ".csv",
    "sorption": ".aif",
    "composition": ".csv",
    "mass": ".mzml",
}
FILE_OF: Mapping[str, bytes] = {
    "infrared": JCAMP,
    "diffraction": XYE,
    "uv_vis": CSV,
    "sorption": AIF,
    "composition": ICP,
    "mass": MZML,
}
"""Technique -> a whole file of it."""
