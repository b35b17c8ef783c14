/// A rank's place in a communicator that does not list its members: each rank's file tells only its
/// own place, and the files of a job together tell the members.
struct CommunicatorSeat: Hashable {
  /// The communicator's identity within the job.
  var communicator: String
  /// The place, from 0.
  var rank: Int
  /// How many ranks the communicator has.
  var size: Int
}
