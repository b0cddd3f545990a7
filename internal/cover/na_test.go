package cover_test
import ("testing";"context";"testudo";"testudo/internal/cover";"time";"fmt")
func TestNA(t *testing.T){
 s,err:=testudo.Load("../../scenarios/northeast-asia-2014.yaml"); if err!=nil{t.Fatal(err)}
 for _,q:=range []cover.Query{{Battery:"guam-thaad",Missile:"musudan",From:"wonsan",Posture:"engage-on-remote"},{Battery:"pac3-ichigaya",Missile:"nodong",From:"kittaeryong",Posture:"engage-on-remote"},{Nation:"KOR",Missile:"scud-c",From:"chihari",Posture:"engage-on-remote",GridM:5e3},{Nation:"JPN",Missile:"nodong",From:"kittaeryong",Posture:"engage-on-remote",GridM:10e3}}{
  t0:=time.Now(); m,err:=cover.Footprint(context.Background(),s.File,q); if err!=nil{fmt.Println(err);continue}
  fmt.Println(q.Battery+q.Nation, m.StepM, m.Flown, m.NI,m.NJ,time.Since(t0))
  for mode:=0;mode<4;mode++{ fmt.Printf("  %s %.0f %.0f %.0f shots %.0f %.0f lines %d\n", cover.ModeNames[mode], m.AreaM2(mode,0.5)/1e6,m.AreaM2(mode,0.8)/1e6,m.AreaM2(mode,0.9)/1e6,m.ShotsM2(mode,1)/1e6,m.ShotsM2(mode,2)/1e6, len(m.Contour(mode,0.5)))}
 }
}
